/** What a server consists of besides its models: it takes as long to load as a small model, and is loaded meanwhile. */
export { buildApp } from './app.js';
export { Metrics } from './metrics.js';
export { SearchService } from './search/search-service.js';

/**
 * Finished variants on the hub: their model card, and the upload.
 *
 * @module
 */
export type { CardFacts } from './card-facts.js';
export { modelCard } from './model-card.js';
export { type PublishedModel, type PublishOptions, type PublishPlan, planPublishing, publish } from './publish.js';

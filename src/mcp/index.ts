/** An index for assistants: the tools `search` and `fetch` of the Model Context Protocol. */
export { type RunningMcpServer, serveHttp } from './serve-http.js';
export { serveStdio } from './serve-stdio.js';

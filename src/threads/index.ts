/** Worker threads: starting them, waiting for an answer, and collecting what they no longer hold. */
export { deadMemoryCollector } from './dead-memory.js';
export { firstMessage, startThread } from './start-thread.js';

/** Worker threads: starting them, holding the process while an answer is waited for, and collecting what they no longer hold. */
export { deadMemoryCollector } from './dead-memory.js';
export { type PlainError, plainError, revivedError } from './plain-error.js';
export { type Holdable, ProcessHold } from './process-hold.js';
export { firstMessage, startThread } from './start-thread.js';

/**
 * Worker threads and processes that are asked and answer: one channel for all of them, which holds this process while an
 * answer is waited for, and what collects dead memory in them.
 */
export { deadMemoryCollector } from './dead-memory.js';
export { type Isolation, isolations } from './link.js';
export type { Answer, Protocol, Question } from './protocol.js';
export { givingAway, serveCalls } from './serve-calls.js';
export { runInThread, WorkerChannel } from './worker-channel.js';

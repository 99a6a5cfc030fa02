/**
 * Saying that a process is alive, from a thread that nothing else waits for.
 *
 * @module
 */
export { type HealthListener, listenForProbes } from './health-listener.js';

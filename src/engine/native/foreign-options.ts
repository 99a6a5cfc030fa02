import type { EngineOptions } from '../onnxruntime/load-engine.js';

/** Options that the native engine does not have: its threads share one copy of the weights, and it cuts batches by its own measure. */
export function foreignOptions({ isolation, memory, batchTokens }: EngineOptions): readonly string[] {
  return [
    isolation === 'process' && 'isolation: process',
    memory === 'fast' && 'memory: fast',
    batchTokens !== undefined && 'batchTokens',
  ].filter((option) => option !== false);
}

import { isPastInput } from '../../output/index.js';
import type { FusedGraph } from './fused-graph.js';

/** Tells whether there is a past that may hold something. Inputs for one are always empty. */
export function hasPast({ index }: FusedGraph, value: string): boolean {
  return value !== '' && !(index.inputs.has(value) && isPastInput(value));
}

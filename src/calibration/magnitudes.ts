import type { TaskOptions } from '../base/index.js';
import { type TokenBatch, textsOfBatch, tokenBatch } from '../engine/index.js';
import { evenlySpaced } from '../numbers/index.js';
import type { OnnxModel } from '../onnx/index.js';
import { type CalibrationTexts, observe } from './observe.js';
import type { Probe } from './probes.js';

/** What is large is so in every text: mostly at the first token, whatever follows it (Sun et al., 2024, Massive Activations). */
const mostTexts = 16;

/** Masks say that a score is out of sight with such numbers. No activation is that large. */
const standsForInfinity = 1e9;

/**
 * Returns the largest magnitude of each activation over some of the texts; 0 for what a mask was added to.
 *
 * @throws as {@link observe}
 */
export async function largestMagnitudes(
  model: OnnxModel,
  activations: readonly string[],
  texts: CalibrationTexts,
  options: TaskOptions = {},
): Promise<ReadonlyMap<string, number>> {
  const largest = new Map<string, number>();
  const probes = activations.map((activation): Probe => ({ activation, channels: 1, kind: 'magnitude' }));
  const note = (probe: number, [magnitude]: Float32Array) => {
    const { activation } = probes[probe];
    const seen = magnitude < standsForInfinity ? magnitude : 0;
    largest.set(activation, Math.max(seen, largest.get(activation) ?? 0));
  };
  await observe(model, probes, { ...texts, tokens: someTexts(texts.tokens) }, note, options);
  return largest;
}

function someTexts(tokens: TokenBatch): TokenBatch {
  const texts = textsOfBatch(tokens);
  const types = tokens.types && textsOfBatch({ ...tokens, ids: tokens.types });
  const chosen = evenlySpaced(texts.length, mostTexts);
  const pick = (lists: readonly Int32Array[]) => tokenBatch(chosen.map((i) => lists[i]));
  return { ...pick(texts), types: types && pick(types).ids };
}

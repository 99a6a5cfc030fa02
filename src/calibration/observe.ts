import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OctavecError, type TaskOptions, throwIfCancelled } from '../base/index.js';
import { openSession, type TokenBatch, textFeeds } from '../engine/index.js';
import { isFiniteVector } from '../numbers/index.js';
import { type OnnxModel, writeModel } from '../onnx/index.js';
import type { Remembering } from './calibration-memory.js';
import { instrument, type Probe } from './probes.js';

/** Texts to calibrate with, as token ids, and what names them in a recipe. */
export interface CalibrationTexts extends Remembering {
  readonly tokens: TokenBatch;
  /** SHA-256 of the texts. */
  readonly hash: string;
}

/** Gets what a probe saw in one text. The array is the receiver's to keep. */
export type Observer = (probe: number, data: Float32Array, text: number) => void | Promise<void>;

/**
 * Runs the model over the texts, one after the other and without padding, and hands over what the probes see. Memory
 * does not grow with the number of texts.
 *
 * @throws ORIGINAL_NOT_FINITE, ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT, CANCELLED, OUTPUT_NOT_WRITABLE for the temporary file
 */
export async function observe(
  model: OnnxModel,
  probes: readonly Probe[],
  { tokens }: CalibrationTexts,
  observer: Observer,
  { signal, onProgress }: TaskOptions = {},
): Promise<void> {
  if (probes.length === 0) {
    return;
  }
  const instrumented = instrument(model, probes);
  const folder = await mkdtemp(join(tmpdir(), 'octavec-'));
  try {
    const { path } = await writeModel(instrumented.model, join(folder, 'model.onnx'));
    await using session = await openSession(path);
    const total = tokens.offsets.length - 1;
    for (let text = 0; text < total; text++) {
      throwIfCancelled(signal, 'calibrating');
      onProgress?.({ stage: 'Calibrating', done: text, total, unit: 'texts' });
      const ofText = (all: Int32Array) => all.slice(tokens.offsets[text], tokens.offsets[text + 1]);
      const types = tokens.types && ofText(tokens.types);
      const feeds = textFeeds(session.inputs, ofText(tokens.ids), model.path, types);
      const results = await session.run(feeds, instrumented.outputs);
      for (const [probe, name] of instrumented.outputs.entries()) {
        const data = results[name].data as Float32Array;
        if (!isFiniteVector(data)) {
          const where = `in "${probes[probe].activation}", which is calibrated, for text ${text} of the calibration`;
          throw new OctavecError('ORIGINAL_NOT_FINITE', { path: model.path, where });
        }
        await observer(probe, data, text);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Hands over all values of activations, one text at a time, as [rows × channels]: a row for each token, but one behind
 * pooling.
 *
 * @throws as {@link observe}
 */
export function observeValues(
  model: OnnxModel,
  activations: readonly { readonly name: string; readonly channels: number }[],
  texts: CalibrationTexts,
  take: (activation: number, values: Float32Array, text: number) => void,
  options: TaskOptions,
): Promise<void> {
  const probes = activations.map(({ name, channels }): Probe => ({ activation: name, channels, kind: 'values' }));
  return observe(model, probes, texts, take, options);
}

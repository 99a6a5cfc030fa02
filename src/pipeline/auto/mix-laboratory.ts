import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Matrix, type TaskOptions, throwIfCancelled, writeOutput } from '../../base/index.js';
import { tokenizeOnce } from '../../embed/index.js';
import { type Engine, loadOnnxRuntimeEngine, type TokenBatch } from '../../engine/index.js';
import type { ModelFiles } from '../../model/index.js';
import { encodedSize, encodeModel, limits, type OnnxModel, readModel, writeModel } from '../../onnx/index.js';
import { applyMix, type Mix, type MixMaterial } from '../../quantize/index.js';

export interface LaboratoryOptions {
  readonly texts: readonly string[];
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** Vectors of some texts, and the seconds that it took to embed them. */
export interface Run {
  readonly vectors: Matrix;
  readonly seconds: number;
}

/**
 * Tries mixes with the real model. The FP32 model lies in a temporary folder with its weights beside it; a trial is a
 * small file that refers to them and holds what is quantized, so that trying one layer of a large model does not
 * write it all again.
 */
export class MixLaboratory {
  readonly #folder: string;
  readonly #base: OnnxModel;
  readonly #material: MixMaterial;
  readonly #files: ModelFiles;
  readonly #tokens: TokenBatch;
  readonly #options: LaboratoryOptions;

  private constructor(
    folder: string,
    base: OnnxModel,
    material: MixMaterial,
    files: ModelFiles,
    tokens: TokenBatch,
    options: LaboratoryOptions,
  ) {
    this.#folder = folder;
    this.#base = base;
    this.#material = material;
    this.#files = files;
    this.#tokens = tokens;
    this.#options = options;
  }

  /**
   * @param model in FP32, with its constants folded
   * @param files of the model, for tokenizer and pooling
   * @throws OUTPUT_NOT_WRITABLE, DISK_FULL (temporary folder), TOKENIZER_INVALID
   */
  static async open(
    model: OnnxModel,
    material: MixMaterial,
    files: ModelFiles,
    options: LaboratoryOptions,
  ): Promise<MixLaboratory> {
    const tokens = await tokenizeOnce(files, options.texts);
    const folder = await mkdtemp(join(tmpdir(), 'octavec-'));
    try {
      const { path } = await writeModel(model, join(folder, 'base.onnx'), { weights: 'external' });
      return new MixLaboratory(folder, await readModel(path), material, files, tokens, options);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Embeds texts with a mix; the empty mix is the FP32 model.
   *
   * @param count so many texts, from all over the list; all if left out
   * @throws CANCELLED, ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT
   */
  async run(mix: Mix, count?: number, options: TaskOptions = {}): Promise<Run> {
    throwIfCancelled(this.#options.signal, 'measuring what quantization costs');
    const path = join(this.#folder, 'trial.onnx');
    await writeTrial(applyMix(this.#base, mix, this.#material), path);
    // One worker: further ones would map copies of the file that is about to vanish.
    await using engine = await loadOnnxRuntimeEngine(
      { ...this.#files, onnxPath: path },
      { workers: 1, threads: this.#options.threads, memory: 'fast' },
    );
    return embed(engine, chosenTexts(this.#tokens, count), { ...options, signal: this.#options.signal });
  }

  /** Removes the temporary files. */
  close(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Writes what is not in external data. Only where that is too much for one file, all is written anew. */
async function writeTrial(model: OnnxModel, path: string): Promise<void> {
  if (encodedSize(model.proto) > limits.fileBytes) {
    await writeModel(model, path, { weights: 'external' });
    return;
  }
  await writeOutput(path, async (file) => {
    for (const piece of encodeModel(model.proto)) {
      await file.writeFile(piece);
    }
  });
}

async function embed(engine: Engine, tokens: TokenBatch, { signal, onProgress }: TaskOptions): Promise<Run> {
  const total = tokens.offsets.length - 1;
  let done = 0;
  const onDone = (texts: number): void => {
    done += texts;
    onProgress?.({ stage: 'Trying a mix', done, total, unit: 'texts' });
  };
  const start = performance.now();
  const data = await engine.embed(tokens, { signal, onDone });
  return {
    vectors: { data, rows: total, columns: engine.width },
    seconds: (performance.now() - start) / 1000,
  };
}

/** `count` of the texts, evenly spaced. */
function chosenTexts(tokens: TokenBatch, count?: number): TokenBatch {
  const total = tokens.offsets.length - 1;
  const rows = chosenRows(total, count);
  const pieces = rows.map((row) => tokens.ids.subarray(tokens.offsets[row], tokens.offsets[row + 1]));
  const offsets = new Int32Array(rows.length + 1);
  for (const [i, { length }] of pieces.entries()) {
    offsets[i + 1] = offsets[i] + length;
  }
  const ids = new Int32Array(offsets[rows.length]);
  for (const [i, piece] of pieces.entries()) {
    ids.set(piece, offsets[i]);
  }
  return { ids, offsets };
}

/** The rows that {@link MixLaboratory.run} takes. */
export function chosenRows(total: number, count = total): number[] {
  const kept = Math.min(count, total);
  return Array.from({ length: kept }, (_, i) => Math.floor((i * total) / kept));
}

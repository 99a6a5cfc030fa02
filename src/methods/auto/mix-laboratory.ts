import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TaskOptions, throwIfCancelled } from '../../base/index.js';
import { type Engine, loadOnnxRuntimeEngine, type TokenBatch, textsOfBatch, tokenBatch } from '../../engine/index.js';
import { writeOutput } from '../../files/index.js';
import type { ModelFiles } from '../../model/index.js';
import { chosenRows, evenlySpaced, type Matrix } from '../../numbers/index.js';
import { encodedSize, encodeModel, limits, type OnnxModel, readModel, writeModel } from '../../onnx/index.js';
import { applyMix, type Mix, type MixMaterial } from '../../quantize/index.js';
import { cuttingsOf } from './cuttings.js';

export interface LaboratoryOptions {
  /** Of the texts that mixes are tried with. */
  readonly tokens: TokenBatch;
  /** Threads that run a mix. */
  readonly threads?: number;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

/** Vectors of some texts and of cuttings from them (see `cuttingsOf`). */
export interface Run {
  readonly texts: Matrix;
  /** None for texts that are too short to be cut. */
  readonly cuttings: Matrix;
  /** To embed the texts. */
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
  readonly #texts: TokenBatch;
  readonly #cuttings: TokenBatch;
  readonly #options: LaboratoryOptions;

  private constructor(
    folder: string,
    base: OnnxModel,
    material: MixMaterial,
    files: ModelFiles,
    options: LaboratoryOptions,
  ) {
    this.#folder = folder;
    this.#base = base;
    this.#material = material;
    this.#files = files;
    this.#texts = options.tokens;
    this.#cuttings = cuttingsOf(options.tokens);
    this.#options = options;
  }

  /**
   * Opens a laboratory for a model.
   *
   * @param model in FP32, with its constants folded
   * @param files of the model, for its pooling
   * @throws OUTPUT_NOT_WRITABLE, DISK_FULL (temporary folder)
   */
  static async open(
    model: OnnxModel,
    material: MixMaterial,
    files: ModelFiles,
    options: LaboratoryOptions,
  ): Promise<MixLaboratory> {
    const folder = await mkdtemp(join(tmpdir(), 'octavec-'));
    try {
      const { path } = await writeModel(model, join(folder, 'base.onnx'), { weights: 'external' });
      return new MixLaboratory(folder, await readModel(path), material, files, options);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Embeds texts and cuttings with a mix; the empty mix is the FP32 model.
   *
   * @param count so many of both at most, from all over the lists; all if left out
   * @throws CANCELLED, ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT
   */
  async run(mix: Mix, count?: number, { onProgress }: Pick<TaskOptions, 'onProgress'> = {}): Promise<Run> {
    const { signal, threads } = this.#options;
    throwIfCancelled(signal, 'measuring what quantization costs');
    const path = join(this.#folder, 'trial.onnx');
    await writeTrial(applyMix(this.#base, mix, this.#material), path);
    // One worker: further ones would map copies of the file that is about to vanish.
    await using engine = await loadOnnxRuntimeEngine(
      { ...this.#files, onnxPath: path },
      { workers: 1, threads, memory: 'fast' },
    );
    const start = performance.now();
    const texts = await embed(engine, chosenTexts(this.#texts, count), { signal, onProgress });
    const seconds = (performance.now() - start) / 1000;
    return { texts, seconds, cuttings: await embed(engine, chosenTexts(this.#cuttings, count), { signal }) };
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

async function embed(engine: Engine, tokens: TokenBatch, { signal, onProgress }: TaskOptions): Promise<Matrix> {
  const total = tokens.offsets.length - 1;
  let done = 0;
  let doneTokens = 0;
  const onDone = (texts: number, tokenCount: number): void => {
    done += texts;
    doneTokens += tokenCount;
    onProgress?.({ stage: 'Embedding', done, total, unit: 'texts', share: doneTokens / tokens.ids.length });
  };
  const data = total === 0 ? new Float32Array() : await engine.embed(tokens, { signal, onDone });
  return { data, rows: total, columns: engine.width };
}

function chosenTexts(tokens: TokenBatch, count?: number): TokenBatch {
  const rows = textsOfBatch(tokens);
  return tokenBatch(evenlySpaced(rows.length, count).map((row) => rows[row]));
}

/**
 * Returns what a run of the same mix with another count would have given, as far as texts do not depend on their
 * batch.
 */
export function chosenOf({ texts, cuttings, seconds }: Run, count: number): Run {
  return { texts: evenRows(texts, count), cuttings: evenRows(cuttings, count), seconds };
}

function evenRows(matrix: Matrix, count: number): Matrix {
  return chosenRows(matrix, evenlySpaced(matrix.rows, count));
}

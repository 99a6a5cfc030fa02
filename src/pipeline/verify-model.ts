import type { EngineChoice } from '../engine/index.js';
import { type Evidence, type Gate, gatePresets, verificationTexts, withLimits } from '../evaluate/index.js';
import { openModelFolder } from '../model/index.js';
import { readModel } from '../onnx/index.js';
import { recipeOf } from '../quantize/index.js';
import { describePrecision } from './describe-precision.js';
import { fileIdentity } from './file-identity.js';
import { openOriginal } from './original.js';
import { embedOnce, type ProofTexts, prove } from './prove.js';
import { type TaskEvidenceOptions, withTasks } from './task-evidence.js';

export interface VerifyOptions extends TaskEvidenceOptions {
  /** Runs the candidate; the original always runs on ONNX Runtime, in its own precision. */
  readonly engine?: EngineChoice;
  /** The model that the candidate must be like: a folder or an .onnx file. */
  readonly against: string;
  readonly texts?: ProofTexts;
  /** By default the gate of the candidate's precision. */
  readonly gate?: Gate;
  /** In place of, or besides, the gate's. */
  readonly limits?: Gate['limits'];
}

/**
 * Compares a candidate, wherever it comes from, with the original. A single file takes tokenizer, pooling and prompts
 * from the folder around it, else from the original.
 *
 * @throws what opening and running the models throws; NOT_COMPARABLE. A refusal is in the verdict, not thrown.
 */
export async function verifyModel(path: string, options: VerifyOptions): Promise<Evidence> {
  const original = await openOriginal(options.against, { tokenizer: options.tokenizer });
  try {
    const candidate = await openModelFolder(path, { tokenizer: options.tokenizer, like: original.files });
    const model = await readModel(candidate.onnxPath);
    const { precision, gate: usual } = describePrecision(model);
    const gate = withLimits(options.gate ?? gatePresets[usual], options.limits);
    const texts = options.texts ?? { texts: await verificationTexts(), source: "octavec's verification texts" };
    const embedding = { threads: options.threads, signal: options.signal, onProgress: options.onProgress };
    const { vectors } = await embedOnce(original.runnable, 'the original', texts, embedding);
    const evidence = await prove(
      {
        original,
        originalVectors: vectors,
        candidate,
        identity: await fileIdentity(model, precision),
        recipe: recipeOf(model),
        texts,
        gate,
      },
      { ...embedding, engine: options.engine },
    );
    return await withTasks(evidence, gate, path, original, options);
  } finally {
    await original.close();
  }
}

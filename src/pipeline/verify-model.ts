import { measureRuns } from '../benchmark/index.js';
import type { EngineChoice } from '../engine/index.js';
import { type Evidence, type GateChoice, verificationTexts } from '../evaluate/index.js';
import { openModelFolder } from '../model/index.js';
import { readModel } from '../onnx/index.js';
import { recipeOf } from '../quantize/index.js';
import { describePrecision } from './describe-precision.js';
import { fileGate, judged } from './file-gate.js';
import { fileIdentity } from './file-identity.js';
import { openOriginal } from './original.js';
import { benchTexts, embedOnce, type ProofTexts, prove, withRuns } from './prove.js';
import { type TaskEvidenceOptions, taskReference, withTasks } from './task-evidence.js';
import { openVectorCache } from './vector-cache.js';

export interface VerifyOptions extends TaskEvidenceOptions, GateChoice {
  /** Runs the candidate; the original always runs on ONNX Runtime, in its own precision. */
  readonly engine?: EngineChoice;
  /** The model that the candidate must be like: a folder or an .onnx file. */
  readonly against: string;
  readonly texts?: ProofTexts;
  /** Measure speed and memory as well; by default where a limit asks for a speed-up. */
  readonly bench?: boolean;
}

/**
 * Compares a candidate, wherever it comes from, with the original. A single file takes tokenizer, pooling and prompts
 * from the folder around it, else from the original.
 *
 * @throws what opening and running the models throws; NOT_COMPARABLE. A refusal is in the verdict, not thrown.
 */
export async function verifyModel(path: string, options: VerifyOptions): Promise<Evidence> {
  const cache = options.tasks?.length ? await openVectorCache(options) : undefined;
  const original = await openOriginal(options.against, { tokenizer: options.tokenizer });
  try {
    const candidate = await openModelFolder(path, { tokenizer: options.tokenizer, like: original.files });
    const model = await readModel(candidate.onnxPath);
    const { precision } = describePrecision(model);
    const texts = options.texts ?? { texts: await verificationTexts(), source: "octavec's verification texts" };
    const { engine, signal, onProgress } = options;
    const embedding = { threads: options.threads, signal, onProgress };
    const { vectors, reading } = await embedOnce(original.runnable, 'the original', texts, embedding);
    const proven = await prove(
      {
        original,
        originalVectors: vectors,
        originalReading: reading,
        candidate,
        identity: await fileIdentity(model, precision),
        recipe: recipeOf(model),
        texts,
      },
      { ...embedding, engine },
    );
    const reference = await taskReference(original, options, cache);
    const measured = await withTasks(proven, candidate, engine, reference);
    const gate = fileGate(model, measured, options);
    if (!(options.bench ?? gate.limits.speedUp !== undefined)) {
      return judged(measured, gate);
    }
    const subjects = [
      { name: 'original', model: original.runnable },
      { name: measured.file.name, model: candidate, embedder: { engine } },
    ];
    const measuring = { embedder: { threads: options.threads }, signal, onProgress };
    const [before, after] = await measureRuns(subjects, benchTexts(texts.texts), measuring);
    return judged(withRuns(measured, before, after), gate);
  } finally {
    await original.close();
  }
}

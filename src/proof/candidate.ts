import type { Location } from '../base/index.js';
import type { Device, EngineChoice } from '../engine/index.js';
import type { FileIdentity, GatePresetName } from '../evaluate/index.js';
import { describePrecision } from '../methods/index.js';
import { type ModelFiles, type OpenModelOptions, openModelFolder } from '../model/index.js';
import { type Recipe, recipeOf } from '../quantize/index.js';
import { modelGraph } from '../static/index.js';
import { fileIdentity } from './identity.js';

/** A model that is compared with an original. */
export interface Candidate {
  readonly files: ModelFiles;
  readonly identity: FileIdentity;
  readonly recipe?: Recipe;
  /** The gate of its precision. */
  readonly usualGate: GatePresetName;
  /** Runs it. By default the one that octavec takes by itself, and where that is native, ONNX Runtime proves the file as well. */
  readonly engine?: EngineChoice;
  /** What it is computed on; the CPU by default. */
  readonly device?: Device;
  /** Tokenizer, pooling and limits are the original's own: that it reads the same of each text need not be shown. */
  readonly readsAsOriginal?: boolean;
}

export interface CandidateOptions extends OpenModelOptions {
  /** What it is called in place of the name of its file. */
  readonly name?: string;
  /** Runs the candidate; `auto` by default. */
  readonly engine?: EngineChoice;
  /** What the candidate is computed on; the CPU by default. */
  readonly device?: Device;
}

/**
 * Opens a model that is to be compared.
 *
 * @throws what `openModelFolder` and `readModel` throw
 */
export async function openCandidate(
  path: Location,
  { name, engine, device, ...options }: CandidateOptions = {},
): Promise<Candidate> {
  const files = await openModelFolder(path, options);
  const model = await modelGraph(files);
  const { precision, gate } = describePrecision(model);
  const identity = await fileIdentity(model, precision);
  return {
    files,
    identity: name === undefined ? identity : { ...identity, name },
    recipe: recipeOf(model),
    usualGate: gate,
    engine,
    device,
  };
}

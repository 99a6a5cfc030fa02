import { OctavecError } from '../base/index.js';
import type { Evidence, Gate } from '../evaluate/index.js';
import type { ChosenMethod, MethodContext, MethodResult, MethodWishes, SensitivityReport } from '../methods/index.js';
import { type OnnxModel, readModel } from '../onnx/index.js';
import { type Candidate, fileIdentity, type Original, shortName } from '../proof/index.js';
import { leftNote, makeRecipe, type Recipe, withRecipe } from '../quantize/index.js';
import type { VariantFailure } from './quantize-outcome.js';
import { type StagedModel, stageModel } from './staged-model.js';

/** A variant that is written, but has not got its name yet. */
export interface StagedCandidate {
  readonly method: ChosenMethod;
  /** Where it is going to stand. */
  readonly path: string;
  readonly staged: StagedModel;
  /** What counts for the method of what was asked. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly recipe: Recipe;
  readonly gate: Gate;
  /** What is to be known whatever the method makes: of the original, and of what methods leave. */
  readonly lasting: readonly string[];
  /** All that the user should know. */
  readonly notes: readonly string[];
  readonly sensitivity?: SensitivityReport;
  readonly improve?: MethodResult['improve'];
  /** Seconds for the quantization alone. */
  readonly seconds: number;
}

/**
 * Makes a variant by a method and writes it beside its place.
 *
 * @param source what is quantized: the original's model, or what the graph passes made of it
 */
export async function makeCandidate(
  original: Original,
  source: OnnxModel,
  method: ChosenMethod,
  path: string,
  { wishes, ...context }: MethodContext & { readonly wishes: MethodWishes },
): Promise<StagedCandidate> {
  const start = performance.now();
  const result = await method.apply(source, context);
  const seconds = (performance.now() - start) / 1000;
  const asked = method.asked(wishes);
  const left = leftNote(source, method.takesAllWeights ?? false);
  const lasting = left === undefined ? original.notes : [...original.notes, left];
  return stageCandidate(original, { method, path, asked, gate: context.trial.gate, lasting, seconds }, result);
}

async function stageCandidate(
  original: Original,
  kept: Pick<StagedCandidate, 'method' | 'path' | 'asked' | 'gate' | 'lasting' | 'seconds'>,
  { model, chosen, notes = [], sensitivity, improve }: MethodResult,
): Promise<StagedCandidate> {
  const start = performance.now();
  const options = { ...kept.asked, ...chosen };
  const recipe = makeRecipe(kept.method.id, original.identity.sha256, options, original.conventions);
  const staged = await stageModel(withRecipe(model, recipe), kept.path);
  const seconds = kept.seconds + (performance.now() - start) / 1000;
  return { ...kept, staged, recipe, notes: [...kept.lasting, ...notes], sensitivity, improve, seconds };
}

/** Returns the next candidate of a method that has a more careful one; the refused one is gone then. */
export async function improveCandidate(
  original: Original,
  candidate: StagedCandidate,
  refused: Evidence,
): Promise<StagedCandidate | undefined> {
  const start = performance.now();
  const result = await candidate.improve?.(refused);
  if (result === undefined) {
    return undefined;
  }
  await candidate.staged.discard();
  const seconds = candidate.seconds + (performance.now() - start) / 1000;
  return stageCandidate(original, { ...candidate, seconds }, result);
}

/** Returns the staged file as a proof takes it, under the name that it is going to have. */
export async function asCandidate(
  original: Original,
  { method, path, staged, recipe }: StagedCandidate,
): Promise<Candidate> {
  const { precision, gate } = method;
  const identity = await fileIdentity(await readModel(staged.path), precision);
  return {
    files: { ...original.files, onnxPath: staged.path },
    identity: { ...identity, name: shortName(path) },
    recipe,
    usualGate: gate,
    readsAsOriginal: true,
  };
}

/** What has come of the methods so far. */
export interface Work {
  readonly candidates: StagedCandidate[];
  readonly failures: VariantFailure[];
}

/** Does something for one variant. A failure is noted, so that the others go on; an interrupt ends them all. */
export async function attempt(
  { failures }: Work,
  { method, path }: Pick<StagedCandidate, 'method' | 'path'>,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof OctavecError && error.code === 'CANCELLED')) {
      throw error;
    }
    failures.push({ method: method.id, path, error });
  }
}

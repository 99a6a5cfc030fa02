import type { TaskOptions } from '../base/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import type { Evidence, Gate, GateChoice, Measurements } from '../evaluate/index.js';
import type { Matrix } from '../numbers/index.js';
import { type OnnxModel, readModel } from '../onnx/index.js';
import { makeRecipe, type Recipe, withRecipe } from '../quantize/index.js';
import type { SensitivityReport } from './auto/sensitivity-report.js';
import { fileIdentity, shortName } from './file-identity.js';
import type { MethodContext, MethodResult, MethodWishes } from './method.js';
import { gateFor, type MethodName, methods } from './methods.js';
import type { Original } from './original.js';
import { type ProofTexts, prove } from './prove.js';
import { type StagedModel, stageModel } from './staging.js';

/** A variant that is written, but has not got its name yet. */
export interface Candidate {
  readonly method: MethodName;
  /** Where it is going to stand. */
  readonly path: string;
  readonly staged: StagedModel;
  /** What counts for the method of what was asked. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly recipe: Recipe;
  readonly gate: Gate;
  readonly notes: readonly string[];
  readonly sensitivity?: SensitivityReport;
  readonly improve?: MethodResult['improve'];
  /** Seconds for the quantization alone. */
  readonly seconds: number;
}

/** What candidates are compared with. */
export interface Reference {
  readonly texts: ProofTexts;
  readonly vectors: Matrix;
}

/**
 * @param source what is quantized: the original's model, or what the graph passes made of it
 * @param choice what is asked for instead of the method's own gate
 */
export async function makeCandidate(
  original: Original,
  source: OnnxModel,
  method: MethodName,
  path: string,
  { wishes, ...context }: MethodContext & { readonly wishes: MethodWishes },
  choice?: GateChoice,
): Promise<Candidate> {
  const start = performance.now();
  const result = await methods[method].apply(source, context);
  const seconds = (performance.now() - start) / 1000;
  const asked = methods[method].asked(wishes);
  return stageCandidate(original, { method, path, asked, gate: gateFor(method, wishes.goal, choice), seconds }, result);
}

async function stageCandidate(
  original: Original,
  kept: Pick<Candidate, 'method' | 'path' | 'asked' | 'gate' | 'seconds'>,
  { model, chosen, notes, sensitivity, improve }: MethodResult,
): Promise<Candidate> {
  const start = performance.now();
  const options = { ...kept.asked, ...chosen };
  const recipe = makeRecipe(kept.method, original.identity.sha256, options, original.conventions);
  const staged = await stageModel(withRecipe(model, recipe), kept.path);
  const seconds = kept.seconds + (performance.now() - start) / 1000;
  return { ...kept, staged, recipe, notes, sensitivity, improve, seconds };
}

/** Compares with the original. */
export async function proveCandidate(
  original: Original,
  { method, staged, recipe, path }: Candidate,
  { texts, vectors }: Reference,
  embedding: EmbedderOptions & TaskOptions,
): Promise<Measurements> {
  const identity = await fileIdentity(await readModel(staged.path), methods[method].precision);
  const proof = {
    original,
    originalVectors: vectors,
    candidate: { ...original.files, onnxPath: staged.path },
    identity: { ...identity, name: shortName(path) },
    recipe,
    texts,
  };
  return prove(proof, embedding);
}

/** The next candidate of a method that has a more careful one; the refused one is gone then. */
export async function improveCandidate(
  original: Original,
  candidate: Candidate,
  refused: Evidence,
): Promise<Candidate | undefined> {
  const start = performance.now();
  const result = await candidate.improve?.(refused);
  if (result === undefined) {
    return undefined;
  }
  await candidate.staged.discard();
  const seconds = candidate.seconds + (performance.now() - start) / 1000;
  return stageCandidate(original, { ...candidate, seconds }, result);
}

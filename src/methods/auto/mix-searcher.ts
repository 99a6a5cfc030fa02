import type { TaskOptions } from '../../base/index.js';
import type { TokenBatch } from '../../engine/index.js';
import { sizeReduction } from '../../evaluate/index.js';
import type { OnnxModel } from '../../onnx/index.js';
import { type Mix, type MixMaterial, type MixPart, type MixPrecision, mixParts } from '../../quantize/index.js';
import type { MethodContext } from '../method.js';
import { choicesOf } from './choices.js';
import { bestOf, findMix, type TriedResult } from './find-mix.js';
import type { AutoGoal } from './goal.js';
import { type JudgedRun, judgeRun } from './judge-run.js';
import type { MeasurementFile } from './measurement-file.js';
import { MixLaboratory, type Run } from './mix-laboratory.js';
import { type PartChoices, paretoMixes, totalsOf } from './mix-search.js';
import { measureSensitivities, type Sensitivities } from './sensitivity.js';
import type { CurvePoint, SearchFindings, TriedMix } from './sensitivity-report.js';

export interface SearchSetting {
  /** In FP32, with its constants folded. */
  readonly source: OnnxModel;
  readonly material: MixMaterial;
  readonly file: MeasurementFile;
  /** Of the texts that mixes are tried with. */
  readonly tokens: TokenBatch;
  readonly context: MethodContext;
  readonly goal: AutoGoal;
}

export interface FoundMix {
  readonly mix: Mix;
  /** On the texts of the search. */
  readonly usedAllowance: number;
  readonly findings: SearchFindings;
}

/** A mix, and what came out when it was tried; without figures where it is too large to be of use. */
interface Tried extends TriedResult, Partial<JudgedRun> {
  readonly bytes: number;
  readonly usedAllowance: number;
}

/** Knows the sensitivities of a model, and remembers which mixes were tried. */
export class MixSearcher {
  readonly #setting: SearchSetting;
  readonly #parts: readonly MixPart[];
  readonly #reference: Run;
  readonly #sensitivities: Sensitivities;
  readonly #choices: readonly PartChoices[];
  #tried: readonly Tried[] = [];
  #trials = 0;

  private constructor(setting: SearchSetting, parts: readonly MixPart[], reference: Run, sensitivities: Sensitivities) {
    this.#setting = setting;
    this.#parts = parts;
    this.#reference = reference;
    this.#sensitivities = sensitivities;
    this.#choices = choicesOf(parts, sensitivities, setting.goal.purpose);
  }

  /** Measures the sensitivities. */
  static async open(setting: SearchSetting): Promise<MixSearcher> {
    const { source, file, context, goal } = setting;
    const parts = mixParts(source, context.selection);
    await using laboratory = await openLaboratory(setting);
    const stage = 'Embedding with the original';
    const reference = await laboratory.run(new Map(), undefined, progressAs(context.task, stage));
    const judge = async (mix: Mix, run: Run, whole: Run) => {
      const bytes = fileBytes(setting, parts, mix);
      const sizes = { file: { bytes }, original: context.trial.original.identity };
      const { usedAllowance } = await judgeRun(run, whole, goal.gate, sizes, context.task.signal);
      return { bytes, usedAllowance };
    };
    const subject = { laboratory, parts, file, reference, judge, timed: goal.purpose === 'speed' };
    return new MixSearcher(setting, parts, reference, await measureSensitivities(subject, context.task));
  }

  /**
   * Searches for the best mix within a limit.
   *
   * @param limit share of what the goal allows that may be used up on the texts of the search
   */
  async search(limit: number): Promise<FoundMix> {
    await using laboratory = await openLaboratory(this.#setting);
    this.#tried = await findMix(
      {
        parts: this.#choices,
        tryMix: (mix) => this.#try(laboratory, mix),
        limit,
        firstBudget: this.#firstBudget() * limit,
      },
      this.#tried,
    );
    let best = bestOf(this.#tried, limit);
    if (best === undefined || best.usedAllowance > limit) {
      // What is nearest to the original and still smaller than it.
      const halves = new Map(this.#parts.map(({ id }) => [id, 'fp16'] as const));
      this.#tried = [...this.#tried, await this.#try(laboratory, halves)];
      best = bestOf(this.#tried, limit) as Tried;
    }
    return { mix: best.mix, usedAllowance: best.usedAllowance, findings: this.#findings(best, limit) };
  }

  /**
   * Returns an expected loss that about uses up the allowance, by the precision that comes nearest to it in all parts.
   */
  #firstBudget(): number {
    const distances = this.#sensitivities.uniform.map(({ distance, usedAllowance }) => ({
      distance,
      used: usedAllowance ?? Number.POSITIVE_INFINITY,
    }));
    const [nearest] = distances.toSorted((a, b) => Math.abs(Math.log(a.used)) - Math.abs(Math.log(b.used)));
    return nearest.distance / Math.min(1e6, Math.max(nearest.used, 1e-6));
  }

  async #try(laboratory: MixLaboratory, mix: Mix): Promise<Tried> {
    const { context, goal } = this.#setting;
    const { original } = context.trial;
    const { cost, loss: expectedLoss } = totalsOf(this.#choices, mix);
    const bytes = fileBytes(this.#setting, this.#parts, mix);
    const sizes = { file: { bytes }, original: original.identity };
    if (sizeReduction(sizes) < (goal.gate.limits.sizeReduction ?? 0)) {
      return { mix, cost, expectedLoss, bytes, usedAllowance: Number.POSITIVE_INFINITY };
    }
    const stage = `Trying mix ${++this.#trials}`;
    const run = await laboratory.run(mix, undefined, progressAs(context.task, stage));
    const judged = await judgeRun(run, this.#reference, goal.gate, sizes, context.task.signal);
    return { mix, cost, expectedLoss, bytes, ...judged };
  }

  #findings(best: Tried, limit: number): SearchFindings {
    const { context, goal } = this.#setting;
    const { identity } = context.trial.original;
    return {
      purpose: goal.purpose,
      limits: goal.gate.limits,
      met: best.usedAllowance <= limit,
      originalBytes: identity.fp32Bytes ?? identity.bytes,
      uniform: this.#sensitivities.uniform,
      roles: this.#sensitivities.roles,
      parts: this.#sensitivities.parts.map((part) => ({ ...part, chosen: best.mix.get(part.id) ?? 'fp32' })),
      curve: paretoMixes(this.#choices).map((mix) => this.#curvePoint(mix)),
      tried: this.#tried.flatMap((tried) => triedMix(tried) ?? []),
    };
  }

  #curvePoint(mix: Mix): CurvePoint {
    const parameters: Partial<Record<MixPrecision, number>> = {};
    for (const part of this.#parts) {
      const precision = mix.get(part.id) ?? 'fp32';
      parameters[precision] = (parameters[precision] ?? 0) + part.parameters;
    }
    const { cost, loss } = totalsOf(this.#choices, mix);
    return {
      bytes: fileBytes(this.#setting, this.#parts, mix),
      seconds: this.#setting.goal.purpose === 'speed' ? cost : undefined,
      expectedDistance: loss,
      parameters,
    };
  }
}

function openLaboratory({ source, material, tokens, context }: SearchSetting): Promise<MixLaboratory> {
  const { trial, task } = context;
  const options = { tokens, threads: trial.threads, signal: task.signal };
  return MixLaboratory.open(source, material, trial.original.files, options);
}

/** Returns the bytes of a file. What is not in parts (norms, biases, the graph) stays as large as it is. */
function fileBytes({ context }: SearchSetting, parts: readonly MixPart[], mix: Mix): number {
  const { fp32Bytes, bytes } = context.trial.original.identity;
  return parts.reduce(
    (sum, part) => sum + part.bytes[mix.get(part.id) ?? 'fp32'] - part.bytes.fp32,
    fp32Bytes ?? bytes,
  );
}

function triedMix({ bytes, expectedLoss, fidelity, cuttings, usedAllowance }: Tried): TriedMix | undefined {
  return (
    fidelity && {
      bytes,
      expectedDistance: expectedLoss,
      cosineMean: fidelity.cosine.mean,
      cosineP1: fidelity.cosine.p1,
      cosineMin: fidelity.cosine.min,
      overlap: fidelity.neighbours.topKOverlap,
      cuttingsP1: cuttings?.cosine.p1,
      usedAllowance,
    }
  );
}

function progressAs({ onProgress }: TaskOptions, stage: string): TaskOptions {
  return { onProgress: onProgress && ((event) => onProgress({ ...event, stage })) };
}

import { type Evidence, type Gate, gatePresets, judge } from '../evaluate/index.js';
import type { TwoPasses } from './try-two-passes.js';

/** What a variant is wanted for. */
export type Use =
  | 'no measurable loss'
  | 'smallest'
  | 'fastest here'
  | 'server with AVX-512 VNNI'
  | 'phone'
  | 'search in two passes';

export interface Recommendation {
  readonly use: Use;
  /** Name of the variant's file; undefined where none fits. */
  readonly variant?: string;
  readonly reason: string;
}

export interface RecommendOptions {
  /** What a variant without measurable loss passes; octavec's own "strict" by default. */
  readonly strict?: Gate;
  /** Speeds were measured on a CPU with AVX-512 VNNI. Where they were not, they say nothing about one that has it. */
  readonly measuredWithVnni?: boolean;
  /** What a static model and a variant reach together. */
  readonly twoPasses?: TwoPasses;
}

/** For a phone, up to so many times the smallest size is given for a more faithful variant. */
const phoneAllowance = 1.25;

/** Returns which variant to take for what. Only variants that passed their gate are recommended. */
export function recommend(evidences: readonly Evidence[], options: RecommendOptions = {}): Recommendation[] {
  const { strict = gatePresets.strict, measuredWithVnni = false, twoPasses } = options;
  const together = twoPasses === undefined ? [] : [forTwoPasses(twoPasses)];
  if (evidences.length === 0) {
    return together;
  }
  const sound = evidences.filter(({ verdict }) => verdict?.passed);
  const faithful = sound.filter((evidence) => judge(evidence, strict).passed);
  const measured = sound.filter(({ run }) => run?.textsPerSecond !== undefined);
  const recommendations = [
    choose('no measurable loss', faithful, smallest, whyNoneIsFaithful(sound, strict), (best) => {
      const { cosine, neighbours } = best.fidelity;
      return `the smallest that passes the gate "${strict.name}": cosine at least ${cosine.min.toFixed(4)}, ${(100 * neighbours.topKOverlap).toFixed(1)} % of the nearest neighbours kept`;
    }),
    choose('smallest', sound, smallest, 'no variant passes its gate', (best) => {
      return `${megabytes(best)}, ${(100 * (1 - best.file.bytes / originalBytes(best))).toFixed(0)} % less than FP32, ${cosineNote(best)}`;
    }),
    forServer(sound.filter(isInteger), measuredWithVnni && measured.length > 0),
    forPhone(sound),
  ];
  if (measured.length > 0) {
    const fastest = choose(
      'fastest here',
      measured,
      faster,
      '',
      (best) => `measured on this machine${speedNote(best)}`,
    );
    recommendations.splice(2, 0, fastest);
  }
  return [...recommendations, ...together];
}

function forTwoPasses({ first, second = 'the original', candidates, tasks, firstAlone }: TwoPasses): Recommendation {
  const figures = tasks
    .filter(({ metric }) => metric === 'ndcg@10')
    .map(
      ({ task, candidate, original }) =>
        `nDCG@10 ${candidate.toFixed(3)} in ${task} (original alone ${original.toFixed(3)}, ${first} alone ${firstAlone[task].toFixed(3)})`,
    );
  return {
    use: 'search in two passes',
    variant: `${first}, then ${second}`,
    reason: `the static model finds ${candidates} documents, ${second} orders them: ${figures.join('; ')}`,
  };
}

function whyNoneIsFaithful(sound: readonly Evidence[], strict: Gate): string {
  const [closest] = sound.toSorted(moreFaithful);
  return closest === undefined
    ? 'no variant passes its gate'
    : `every variant loses a little (none passes the gate "${strict.name}"); the closest is ${closest.file.name}, ${cosineNote(closest)}`;
}

function forServer(integer: readonly Evidence[], measured: boolean): Recommendation {
  const why = 'multiplies 8-bit integers, which VNNI does about four times as fast as FP32';
  return choose(
    'server with AVX-512 VNNI',
    integer,
    measured ? faster : moreFaithful,
    'no variant multiplies integers',
    (best) =>
      measured
        ? `${why}${speedNote(best)}`
        : `${why}; the closest to the original of this kind (${cosineNote(best)}). Its speed was not measured on such a CPU`,
  );
}

function forPhone(sound: readonly Evidence[]): Recommendation {
  const [least] = sound.toSorted(smallest);
  const small = sound.filter(({ file }) => file.bytes <= phoneAllowance * least.file.bytes);
  return choose('phone', small, moreFaithful, 'no variant passes its gate', (best) => {
    const among = small.length > 1 ? `closest to the original of the ${small.length} smallest` : 'the smallest';
    return `${among}: ${megabytes(best)}, ${cosineNote(best)}. Not measured on a phone`;
  });
}

function choose(
  use: Use,
  among: readonly Evidence[],
  better: (a: Evidence, b: Evidence) => number,
  whyNone: string,
  whyBest: (best: Evidence) => string,
): Recommendation {
  const [best] = among.toSorted(better);
  return best === undefined ? { use, reason: whyNone } : { use, variant: best.file.name, reason: whyBest(best) };
}

const smallest = (a: Evidence, b: Evidence) => a.file.bytes - b.file.bytes;
const faster = (a: Evidence, b: Evidence) => speedOf(b) - speedOf(a) || smallest(a, b);
const moreFaithful = (a: Evidence, b: Evidence) => b.fidelity.cosine.mean - a.fidelity.cosine.mean || smallest(a, b);

function speedOf({ run }: Evidence): number {
  return run?.textsPerSecond ?? 0;
}

/**
 * Says whether a file is computed in integers, rather than with its weights widened first. The native engine always
 * computes in integers.
 */
function isInteger({ file, recipe, engine }: Evidence): boolean {
  const method = (recipe as { method?: unknown } | undefined)?.method;
  return engine.name === 'native' || (file.precision.startsWith('int8') && method !== 'q8');
}

function originalBytes({ original }: Evidence): number {
  return original.fp32Bytes ?? original.bytes;
}

function megabytes({ file }: Evidence): string {
  return `${(file.bytes / 1e6).toFixed(1)} MB`;
}

function cosineNote({ fidelity }: Evidence): string {
  return `cosine mean ${fidelity.cosine.mean.toFixed(4)}`;
}

function speedNote({ run, originalRun }: Evidence): string {
  if (run?.textsPerSecond === undefined || originalRun?.textsPerSecond === undefined) {
    return '';
  }
  return `: ${(run.textsPerSecond / originalRun.textsPerSecond).toFixed(1)} times the speed of the original`;
}

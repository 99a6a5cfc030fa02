import { type Evidence, gatePresets, judge } from '../evaluate/index.js';

/** What a variant is wanted for. */
export type Use = 'no measurable loss' | 'smallest' | 'fastest here' | 'server with AVX-512 VNNI' | 'phone';

export interface Recommendation {
  readonly use: Use;
  /** Name of the variant's file; undefined where none fits. */
  readonly variant?: string;
  readonly reason: string;
}

/** Which variant to take for what. Only variants that passed their gate are recommended. */
export function recommend(evidences: readonly Evidence[]): Recommendation[] {
  const sound = evidences.filter(({ verdict }) => verdict?.passed);
  const faithful = sound.filter((evidence) => judge(evidence, gatePresets.strict).passed);
  const integer = sound.filter(isInteger);
  const measured = sound.filter(({ run }) => run?.textsPerSecond !== undefined);
  const recommendations = [
    choose('no measurable loss', faithful, smallest, 'no variant passes the gate "strict"', (best) => {
      const { cosine, neighbours } = best.fidelity;
      return `smallest that passes the gate "strict": cosine at least ${cosine.min.toFixed(4)}, overlap of neighbours ${neighbours.topKOverlap.toFixed(3)}`;
    }),
    choose('smallest', sound, smallest, 'no variant passes its gate', (best) => {
      return `${megabytes(best)}, ${(100 * (1 - best.file.bytes / originalBytes(best))).toFixed(0)} % less than FP32, cosine mean ${best.fidelity.cosine.mean.toFixed(4)}`;
    }),
    choose('server with AVX-512 VNNI', integer, fastestOrSmallest, 'no variant computes in INT8', (best) => {
      return `its matrix products are of 8-bit integers, which VNNI computes at about four times the rate of FP32${speedNote(best)}`;
    }),
    choose('phone', sound, lightest, 'no variant passes its gate', (best) => {
      const memory = best.run?.peakBytes;
      const taken = memory === undefined ? '' : `, ${(memory / 1e6).toFixed(0)} MB of memory at the most`;
      return `smallest to carry and to hold: ${megabytes(best)}${taken}`;
    }),
  ];
  if (measured.length > 0) {
    const fastest = choose(
      'fastest here',
      measured,
      fastestOrSmallest,
      '',
      (best) => `measured on this machine${speedNote(best)}`,
    );
    recommendations.splice(2, 0, fastest);
  }
  return recommendations;
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
const lightest = (a: Evidence, b: Evidence) => memoryOf(a) - memoryOf(b) || smallest(a, b);
const fastestOrSmallest = (a: Evidence, b: Evidence) => speedOf(b) - speedOf(a) || smallest(a, b);

/** Memory where it was measured, with the file itself as what every engine must hold. */
function memoryOf({ file, run }: Evidence): number {
  return file.bytes + (run?.peakBytes ?? 0);
}

function speedOf({ run }: Evidence): number {
  return run?.textsPerSecond ?? 0;
}

/** Whether integers are multiplied, rather than weights widened first. The native engine always does. */
function isInteger({ file, recipe, engine }: Evidence): boolean {
  const method = (recipe as { method?: unknown } | undefined)?.method;
  return engine.name === 'native' || (file.precision === 'int8' && method !== 'q8');
}

function originalBytes({ original }: Evidence): number {
  return original.fp32Bytes ?? original.bytes;
}

function megabytes({ file }: Evidence): string {
  return `${(file.bytes / 1e6).toFixed(1)} MB`;
}

function speedNote({ run, originalRun }: Evidence): string {
  if (run?.textsPerSecond === undefined || originalRun?.textsPerSecond === undefined) {
    return '';
  }
  return `: ${(run.textsPerSecond / originalRun.textsPerSecond).toFixed(1)} times as fast as the original`;
}

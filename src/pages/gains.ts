import { type Evidence, sizeReduction } from '../evaluate/index.js';

/** What a variant brings and costs beside its original. */
export interface Gains {
  /** Times smaller than the original in FP32. */
  readonly smaller: number;
  /** Times as fast as the original; undefined where speed was not measured. */
  readonly faster?: number;
  /** Share of the nearest texts that stay the same: what a search still finds. */
  readonly kept: number;
}

export function gainsOf(evidence: Evidence): Gains {
  const { fidelity, run, originalRun } = evidence;
  const [speed, before] = [run?.textsPerSecond, originalRun?.textsPerSecond];
  return {
    smaller: sizeReduction(evidence),
    faster: speed === undefined || before === undefined ? undefined : speed / before,
    kept: fidelity.neighbours.topKOverlap,
  };
}

/**
 * Says the gains as part of a sentence: "is 74 % smaller than the original and 3.2 times as fast; 94 of 100 search
 * results stay the same".
 */
export function gainsInWords({ smaller, faster, kept }: Gains): string {
  return `is ${sizeInWords(smaller)}${speedInWords(faster)}; ${keptInWords(kept)}`;
}

/** Says in words how much something changed: 3.9 times smaller → "74 % less". */
export function changeInWords(times: number): string {
  const percent = Math.round(100 * (1 - 1 / times));
  return percent === 0 ? 'the same' : `${Math.abs(percent)} % ${percent > 0 ? 'less' : 'more'}`;
}

/** Rounds a share down to whole hundredths. 0.29, of which a double holds a little less, has 29 of them. */
export function hundredths(share: number): number {
  return Math.floor(100 * share + 1e-9);
}

function sizeInWords(times: number): string {
  const percent = Math.round(100 * (1 - 1 / times));
  if (Math.abs(percent) < 2) {
    return 'as large as the original';
  }
  return `${Math.abs(percent)} % ${percent > 0 ? 'smaller' : 'larger'} than the original`;
}

function speedInWords(times: number | undefined): string {
  if (times === undefined || !Number.isFinite(times)) {
    return '';
  }
  if (times >= 0.9 && times < 1.1) {
    return ' and about as fast';
  }
  return times > 1 ? ` and ${times.toFixed(1)} times as fast` : `, but runs at ${times.toFixed(1)} times its speed`;
}

/** Rounds down, so that only what is nearly nothing is called nothing. */
function keptInWords(share: number): string {
  if (Number.isNaN(share)) {
    return 'its vectors cannot be searched';
  }
  return share >= 0.9995
    ? 'all search results stay the same'
    : `${hundredths(share)} of 100 search results stay the same`;
}

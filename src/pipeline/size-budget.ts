import { formatBytes, OctavecError } from '../base/index.js';
import type { Evidence } from '../evaluate/index.js';
import type { MethodName } from '../methods/index.js';

/** Which variant was taken below a size, and why that one. */
export interface SizeChoice {
  /** Bytes. */
  readonly maxSize: number;
  readonly chosen: MethodName;
  /** Which would have been taken without it; undefined where nothing else fits. */
  readonly runnerUp?: MethodName;
  readonly reason: string;
}

/** A variant that does not fit, with its size in bytes. */
export interface TooLarge {
  readonly method: MethodName;
  readonly bytes: number;
}

/** A variant that was measured. */
interface Measured {
  readonly method: MethodName;
  readonly evidence: Pick<Evidence, 'file' | 'fidelity' | 'verdict'>;
}

/**
 * Chooses the variant of the best measured quality (mean cosine with the original; of equal ones the smaller) among those
 * that fit and that their gate let pass.
 *
 * @param force take one that the gate refuses, too
 * @returns undefined where the gate refused all that fit
 */
export function chooseBelow(
  maxSize: number,
  fitting: readonly Measured[],
  tooLarge: readonly TooLarge[],
  force = false,
): SizeChoice | undefined {
  const sound = fitting.filter(({ evidence }) => force || evidence.verdict?.passed);
  const [best, next] = sound.toSorted(better);
  if (best === undefined) {
    return undefined;
  }
  const refused = fitting.filter((variant) => !sound.includes(variant)).map(({ method }) => method);
  const others = [
    ...(next === undefined
      ? []
      : [`the runner-up is ${described(next)}: ${better(best, next) < 0 ? whyBetter(best, next) : 'just as good'}`]),
    ...(refused.length > 0 ? [`the gate refused ${refused.join(', ')}`] : []),
    ...tooLarge.map(({ method, bytes }) => `${method} has ${formatBytes(bytes)}, too much`),
  ];
  const alone = next === undefined ? ', the only one that fits' : '';
  return {
    maxSize,
    chosen: best.method,
    ...(next && { runnerUp: next.method }),
    reason: `${described(best)}${alone}${others.map((other) => `; ${other}`).join('')}`,
  };
}

/**
 * Makes the error for a size that nothing keeps to: it names the smallest variant that was made, and methods that may
 * give smaller ones.
 */
export function sizeError(path: string, maxSize: number, tooLarge: readonly TooLarge[]): OctavecError {
  const [smallest] = tooLarge.toSorted((a, b) => a.bytes - b.bytes);
  const tried = tooLarge.map(({ method }) => method);
  const left = smallMethods.filter((method) => !tried.includes(method));
  return new OctavecError('SIZE_MISSED', {
    path,
    most: formatBytes(maxSize),
    smallest: `${smallest.method} with ${formatBytes(smallest.bytes)}`,
    hint:
      left.length > 0
        ? `${left.join(' and ')} ${left.length > 1 ? 'were' : 'was'} not tried: add \`to: ${left.join(',')}\`, or allow more.`
        : 'Allow that much, or take a smaller model.',
  });
}

/** Those that make the smallest files, smallest first. */
const smallMethods: readonly MethodName[] = ['q4', 'int8'];

function better(a: Measured, b: Measured): number {
  return qualityOf(b) - qualityOf(a) || a.evidence.file.bytes - b.evidence.file.bytes;
}

/** Returns the mean cosine; what is no number is worse than any. */
function qualityOf({ evidence: { fidelity } }: Measured): number {
  return Number.isNaN(fidelity.cosine.mean) ? -2 : fidelity.cosine.mean;
}

function whyBetter(best: Measured, next: Measured): string {
  return best.evidence.fidelity.cosine.mean === next.evidence.fidelity.cosine.mean
    ? 'as close to the original, but larger'
    : 'less close to the original';
}

function described({ method, evidence: { file, fidelity } }: Measured): string {
  return `${method} (${formatBytes(file.bytes)}, cosine mean ${fidelity.cosine.mean.toFixed(4)})`;
}

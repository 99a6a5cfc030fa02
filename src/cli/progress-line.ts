import { formatBytes, type OnProgress, type ProgressEvent } from '../base/index.js';

/** A line with rate and time left that is drawn over itself; drawn only when the stream is a terminal. */
export interface ProgressLine {
  readonly onProgress: OnProgress | undefined;
  /** Clears the line, so that results can be printed. */
  done(): void;
}

const redrawMs = 100;
const barWidth = 24;
/** The rate is that of the last so many seconds: what an earlier run left comes at once, and says nothing of the rest. */
const windowMs = 20_000;

export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) {
    return { onProgress: undefined, done: () => undefined };
  }
  let stage = '';
  let seen: { readonly at: number; readonly done: number; readonly share: number }[] = [];
  let drawn = 0;
  const clear = (): void => {
    stream.write('\r\x1b[2K');
  };
  return {
    onProgress: (event) => {
      const now = performance.now();
      if (event.stage !== stage) {
        stage = event.stage;
        seen = [];
      } else if (now - drawn < redrawMs && event.done < event.total) {
        return;
      }
      drawn = now;
      seen = [
        ...seen.filter(({ at }, i) => now - at < windowMs || i === seen.length - 1),
        { at: now, done: event.done, share: shareOf(event) },
      ];
      clear();
      const [first] = seen;
      stream.write(describe(event, (now - first.at) / 1000, first).slice(0, Math.max(20, stream.columns - 1)));
    },
    done: clear,
  };
}

/** Returns the share of the work that is done, from 0 to 1; 0 where the total is not known. */
function shareOf({ done, total, share }: ProgressEvent): number {
  const known = share ?? (total === 0 ? 1 : done / total);
  return Math.max(0, Math.min(1, known)) || 0;
}

/**
 * Describes progress: "Embedding with int8 ████···· 420/1000 texts, 210 texts/s, 3 s left"; without bar and time left
 * where the total is not known.
 *
 * @param seconds that the rate is taken over
 * @param before what was done when they began
 */
export function describe(event: ProgressEvent, seconds: number, before = { done: 0, share: 0 }): string {
  const { stage, done, total, unit, step } = event;
  const isKnown = Number.isFinite(total);
  const share = shareOf(event);
  const filled = Math.round(share * barWidth);
  const bar = isKnown ? ` ${'█'.repeat(filled)}${'·'.repeat(barWidth - filled)}` : '';
  const quantity = (count: number) => (unit === 'bytes' ? formatBytes(Math.round(count)) : `${rounded(count)} ${unit}`);
  const of = isKnown ? (unit === 'bytes' ? ` of ${formatBytes(total)}` : `/${total}`) : '';
  const place = step === undefined ? '' : `Step ${step.number} of ${step.of}: `;
  const counts = `${place}${stage}${bar} ${unit === 'bytes' ? `${formatBytes(done)}${of}` : `${done}${of} ${isKnown ? unitOf(total, unit) : unitOf(done, unit)}`}`;
  const rate = (done - before.done) / seconds;
  const work = (share - before.share) / seconds;
  if (seconds < 0.5 || rate === 0) {
    return counts;
  }
  const left =
    isKnown && work > 0 && share < 1 ? `, ${duration(Math.max(1, Math.round((1 - share) / work)))} left` : '';
  return `${counts}, ${quantity(rate)}/s${left}`;
}

/** Returns a unit, which is given in the plural, as the count needs it. */
function unitOf(count: number, unit: string): string {
  return count === 1 ? unit.replace(/s$/, '') : unit;
}

function rounded(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}

/** Formats a duration: "45 s", "3 min 20 s", "2 h 5 min". */
function duration(seconds: number): string {
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

import type { OnProgress, ProgressEvent } from '../base/index.js';
import { formatBytes } from '../report/index.js';

/** A line with rate and time left that is drawn over itself; drawn only when the stream is a terminal. */
export interface ProgressLine {
  readonly onProgress: OnProgress | undefined;
  /** Clears the line, so that results can be printed. */
  done(): void;
}

const redrawMs = 100;
const barWidth = 24;

export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) {
    return { onProgress: undefined, done: () => undefined };
  }
  let stage = '';
  let started = 0;
  let drawn = 0;
  const clear = (): void => {
    stream.write('\r\x1b[2K');
  };
  return {
    onProgress: (event) => {
      const now = performance.now();
      if (event.stage !== stage) {
        stage = event.stage;
        started = now;
      } else if (now - drawn < redrawMs && event.done < event.total) {
        return;
      }
      drawn = now;
      clear();
      stream.write(describe(event, (now - started) / 1000).slice(0, Math.max(20, stream.columns - 1)));
    },
    done: clear,
  };
}

/** "Embedding with int8 [####····] 420/1000 texts, 210 texts/s, 3 s left" */
export function describe(event: ProgressEvent, seconds: number): string {
  const share = event.total === 0 ? 1 : Math.min(1, event.done / event.total);
  const filled = Math.round(share * barWidth);
  const bar = '█'.repeat(filled) + '·'.repeat(barWidth - filled);
  const isBytes = event.unit === 'bytes';
  const sizes = `${formatBytes(event.done)} of ${formatBytes(event.total)}`;
  const counts = `${event.stage} ${bar} ${isBytes ? sizes : `${event.done}/${event.total} ${event.unit}`}`;
  if (seconds < 0.5 || event.done === 0) {
    return counts;
  }
  const rate = event.done / seconds;
  const left = Math.ceil((event.total - event.done) / rate);
  const speed = isBytes
    ? `${formatBytes(Math.round(rate))}/s`
    : `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} ${event.unit}/s`;
  return `${counts}, ${speed}, ${left} s left`;
}

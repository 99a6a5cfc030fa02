import { formatBytes, formatCount } from '../base/index.js';
import type { Evidence } from '../evaluate/index.js';
import { changeInWords } from './gains.js';
import { html, type Markup } from './markup.js';

/** One quantity of a variant beside the same of its original. */
interface Quantity {
  readonly label: string;
  readonly before?: number;
  readonly after?: number;
  readonly format: (value: number) => string;
  /** "74 % less" or "3.2×" */
  readonly change: (before: number, after: number) => string;
}

/** Draws size, speed and memory of a variant as bars; a tick marks the original. What was not measured is left out. */
export function meters(evidence: Evidence): Markup {
  return html`<div class="meters">${quantitiesOf(evidence).map(meter)}</div>`;
}

function quantitiesOf({ file, original, run, originalRun }: Evidence): Quantity[] {
  const less = (before: number, after: number) => changeInWords(before / after);
  return [
    {
      ...{ label: 'Size', format: formatBytes, change: less },
      ...{ before: original.fp32Bytes ?? original.bytes, after: file.bytes },
    },
    {
      ...{ label: 'Speed', format: (value: number) => `${formatCount(Math.round(value))} texts/s` },
      ...{ before: originalRun?.textsPerSecond, after: run?.textsPerSecond },
      change: (before, after) => `${(after / before).toFixed(1)}×`,
    },
    {
      ...{ label: 'Peak memory', format: formatBytes, change: less },
      ...{ before: originalRun?.peakBytes, after: run?.peakBytes },
    },
  ];
}

function meter({ label, before, after, format, change }: Quantity): Markup | undefined {
  if (before === undefined || after === undefined || !(before > 0) || !(after > 0)) {
    return undefined;
  }
  const most = Math.max(before, after);
  const percent = (value: number) => `${Math.round((100 * value) / most)}%`;
  const bar = html`<div class="track" aria-hidden="true"><span class="fill" style="width: ${percent(after)}"></span><span class="before" style="left: ${percent(before)}"></span></div>`;
  return html`<div class="meter"><div><span class="faint">${label}</span><b>${format(after)}</b></div>${bar}<div><span class="faint">original ${format(before)}</span><span class="change">${change(before, after)}</span></div></div>`;
}

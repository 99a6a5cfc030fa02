import { scaleLinear, scaleLog, scaleSqrt } from 'd3-scale';
import type { Evidence } from '../../evaluate/index.js';
import { html, type Markup } from './markup.js';
import { horizontalRange, plot, rounded, verticalRange } from './plot.js';

/** What is lost is shown down to here: less is no loss that anything could measure. */
const smallestLoss = 1e-6;

/** Size against loss (1 − mean cosine), the area of a dot for its speed; nobody is better where nobody is below and left. */
export function tradeOffPlot(evidences: readonly Evidence[]): Markup {
  const points = evidences.map((evidence) => ({
    name: evidence.file.name.replace(/^.*\//, '').replace(/\.onnx$/, ''),
    megabytes: evidence.file.bytes / 1e6,
    loss: Math.max(smallestLoss, 1 - evidence.fidelity.cosine.mean),
    speed: evidence.run?.textsPerSecond,
    passed: evidence.verdict?.passed ?? true,
  }));
  const shown = points.filter(({ loss }) => !Number.isNaN(loss));
  const largest = Math.max(...points.map(({ megabytes }) => megabytes));
  const x = scaleLinear([0, largest * 1.15], horizontalRange).nice();
  const losses = shown.map(({ loss }) => loss);
  const y = scaleLog([Math.min(1e-5, ...losses) / 2, Math.max(1e-2, ...losses) * 2], verticalRange);
  const speeds = points.map(({ speed }) => speed ?? 0);
  const radius = scaleSqrt([0, Math.max(1, ...speeds)], [4, 13]);
  const marks = shown.map(({ name, megabytes, loss, speed, passed }) => {
    const [cx, cy, r] = [rounded(x(megabytes)), rounded(y(loss)), rounded(speed === undefined ? 5 : radius(speed))];
    const anchor = cx > (horizontalRange[0] + horizontalRange[1]) / 2 ? 'end' : 'start';
    const beside = anchor === 'end' ? cx - r - 4 : cx + r + 4;
    return html`<circle class="${passed ? 'mark' : 'mark bad'}" cx="${cx}" cy="${cy}" r="${r}" fill-opacity="0.8"/><text x="${beside}" y="${cy + 4}" text-anchor="${anchor}">${name}</text>`;
  });
  const description = `Size and loss of ${evidences.length} variants: ${points
    .map(({ name, megabytes, loss }) => `${name} ${megabytes.toFixed(1)} MB, loss ${loss.toPrecision(2)}`)
    .join('; ')}`;
  return plot(
    description,
    { scale: x, label: 'size, MB', ticks: 5 },
    { scale: y, label: '1 − mean cosine', ticks: 4, format: powerOfTen },
    marks,
  );
}

/** Only whole powers are named on a logarithmic axis. */
function powerOfTen(value: number): string {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9 ? String(value) : '';
}

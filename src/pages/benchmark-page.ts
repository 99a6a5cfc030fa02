import { formatBytes, formatCount, formatDuration } from '../base/index.js';
import type { Benchmark, Spread, SubjectResult } from '../benchmark/index.js';
import { benchmarkHeader, benchmarkSections, milliseconds, spreadText } from '../report/index.js';
import { html, type Markup } from './markup.js';
import { page } from './page.js';
import { barPlot } from './plots/bar-plot.js';
import { legend, seriesPlot } from './plots/series-plot.js';
import { table } from './table.js';

/**
 * Writes a benchmark as one HTML page that needs nothing else: no network, no script. Every plot has its figures in a
 * table.
 */
export function benchmarkPage(benchmark: Benchmark): string {
  const { results, notes, unusable, date } = benchmark;
  const sections = benchmarkSections(results, benchmark).map(
    ({ title, cells: [head, ...rows] }) =>
      html`<h3>${title}</h3>${table(
        'Medians (lowest to highest round)',
        head.map((heading, i) => (i === 0 ? 'variant' : heading)),
        rows,
      )}`,
  );
  return page(
    'octavec bench',
    html`<h1>${headline(results)}</h1>
${benchmarkHeader(benchmark).map((sentence) => html`<p>${sentence}</p>`)}
<p class="faint">${date}</p>
${remarks(notes, unusable)}
<h2>Throughput and start</h2>
<div class="grid">
${figure('Mixed corpus', barPlot(...mixedBars(results)))}
${figure('Cold start', barPlot(...startBars(results)))}
${figure('Memory', barPlot(...memoryBars(results)))}
</div>
<h2>Latency of single texts</h2>
<p>Milliseconds for one text alone. Half of the texts take no longer than p50, 99 of 100 no longer than p99; the lines at a point are the medians of the rounds, lowest to highest.</p>
${legend(results.map(({ name }) => name))}
<div class="grid">${figure('Median by length', latencyPlot(results))}${results[0].latency.map(({ tokens }) => figure(`Texts of ${tokens} tokens`, quantilePlot(results, tokens)))}</div>
<h2>Throughput by batch size and length</h2>
${legend(results.map(({ name }) => name))}
<div class="grid">${results[0].latency.map(({ tokens }) => figure(`Texts of ${tokens} tokens`, throughputPlot(results, tokens)))}</div>
${poolSection(results)}
<h2>All figures</h2>
${sections}`,
  );
}

function headline(results: readonly SubjectResult[]): string {
  const sorted = [...results].sort((a, b) => b.mixed.perSecond.median - a.mixed.perSecond.median);
  const [{ name, mixed }, next] = sorted;
  const speed = `${formatCount(Math.round(mixed.perSecond.median))} texts/s`;
  return next === undefined
    ? `${name}: ${speed}`
    : `${name} is the fastest: ${speed}, ${(mixed.perSecond.median / next.mixed.perSecond.median).toFixed(1)} × ${next.name}`;
}

function remarks(notes: readonly string[], unusable: Benchmark['unusable']): Markup | undefined {
  if (notes.length + unusable.length === 0) {
    return undefined;
  }
  const failed = unusable.map(({ name, why }) => html`<li><span class="fail">✗ ${name}</span>: ${why}</li>`);
  return html`<section class="panel"><h3>To keep in mind</h3><ul>${notes.map((note) => html`<li>${note}</li>`)}${failed}</ul></section>`;
}

function figure(title: string, picture: Markup): Markup {
  return html`<figure class="panel"><h3>${title}</h3>${picture}</figure>`;
}

type BarArguments = Parameters<typeof barPlot>;

function mixedBars(results: readonly SubjectResult[]): BarArguments {
  const bars = results.map(({ name, mixed: { perSecond } }) => ({
    name,
    value: perSecond,
    text: `${spreadText(perSecond, formatCount)}`,
  }));
  return [describe('Texts per second, mixed corpus', bars), 'texts/s', bars];
}

function startBars(results: readonly SubjectResult[]): BarArguments {
  const bars = results.map(({ name, start: { coldSeconds } }) => ({
    name,
    value: coldSeconds,
    text: spreadText(coldSeconds, formatDuration),
  }));
  return [describe('Seconds from starting a process to the first vector', bars), 'seconds to the first vector', bars];
}

function memoryBars(results: readonly SubjectResult[]): BarArguments {
  const bars = results.map(({ name, memory: { residentBytes, peakBytes } }) => {
    const megabytes = { median: residentBytes / 1e6, low: residentBytes / 1e6, high: peakBytes / 1e6 };
    return { name, value: megabytes, text: `${formatBytes(residentBytes)}, peak ${formatBytes(peakBytes)}` };
  });
  return [describe('Resident memory', bars), 'resident MB, and the peak', bars];
}

function describe(what: string, bars: readonly { readonly name: string; readonly text: string }[]): string {
  return `${what}: ${bars.map(({ name, text }) => `${name} ${text}`).join('; ')}`;
}

function latencyPlot(results: readonly SubjectResult[]): Markup {
  const lengths = results[0].latency.map(({ tokens }) => tokens);
  const series = results.map(({ name, latency }) => ({ name, values: latency.map(({ rounds }) => rounds) }));
  const text = results.map(
    ({ name, latency }) => `${name} ${latency.map(({ p50 }) => `${milliseconds(p50)} ms`).join(', ')}`,
  );
  return seriesPlot(
    `Median milliseconds of a single text of ${lengths.join(', ')} tokens: ${text.join('; ')}`,
    lengths.map(String),
    { x: 'tokens', y: 'p50, ms' },
    series,
    true,
  );
}

/** Draws quantiles from left to right: the steeper, the less even. */
function quantilePlot(results: readonly SubjectResult[], tokens: number): Markup {
  const point = (value: number | undefined): Spread | undefined =>
    value === undefined ? undefined : { median: value, low: value, high: value };
  const rows = results.map(({ name, latency }) => ({ name, ...latency.find((row) => row.tokens === tokens) }));
  const series = rows.map(({ name, p50, p95, p99, max }) => ({ name, values: [p50, p95, p99, max].map(point) }));
  const text = rows.map(({ name, p50, p99 }) => `${name} p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}`);
  return seriesPlot(
    `Milliseconds of single texts of ${tokens} tokens: ${text.join('; ')}`,
    ['p50', 'p95', 'p99', 'max'],
    { x: 'share of the texts', y: 'ms' },
    series,
    true,
  );
}

function throughputPlot(results: readonly SubjectResult[], tokens: number): Markup {
  const sizes = results[0].throughput.filter((row) => row.tokens === tokens).map(({ texts }) => texts);
  const series = results.map(({ name, throughput }) => ({
    name,
    values: sizes.map((texts) => throughput.find((row) => row.tokens === tokens && row.texts === texts)?.perSecond),
  }));
  const text = series.map(
    ({ name, values }) =>
      `${name} ${values.map((value) => (value ? formatCount(Math.round(value.median)) : '–')).join(', ')}`,
  );
  return seriesPlot(
    `Texts per second of ${tokens} tokens in calls of ${sizes.join(', ')} texts: ${text.join('; ')}`,
    sizes.map(String),
    { x: 'texts in a call', y: 'texts/s' },
    series,
    true,
  );
}

function poolSection(results: readonly SubjectResult[]): Markup | undefined {
  const sizes = results[0].pools.map(({ workers }) => String(workers));
  if (sizes.length === 0) {
    return undefined;
  }
  const hasShares = results.every(({ pools }) => pools.every(({ memory }) => memory.proportionalBytes !== undefined));
  const speeds = results.map(({ name, pools }) => ({ name, values: pools.map(({ perSecond }) => perSecond) }));
  const memories = results.map(({ name, pools }) => ({
    name,
    values: pools.map(({ memory }) => {
      const megabytes = (hasShares ? (memory.proportionalBytes ?? 0) : memory.residentBytes) / 1e6;
      return { median: megabytes, low: megabytes, high: megabytes };
    }),
  }));
  const kind = hasShares ? 'proportional (PSS)' : 'resident';
  const text = (series: typeof speeds) =>
    series
      .map(({ name, values }) => `${name} ${values.map(({ median }) => formatCount(Math.round(median))).join(', ')}`)
      .join('; ');
  const labels = { x: 'workers', y: 'texts/s' };
  return html`<h2>Pools</h2>
<p>The mixed corpus by workers; each has a session of its own.</p>
${legend(results.map(({ name }) => name))}
<div class="grid">${figure('Throughput', seriesPlot(`Texts per second with ${sizes.join(', ')} workers: ${text(speeds)}`, sizes, labels, speeds, false))}${figure(`Memory, ${kind}`, seriesPlot(`Megabytes, ${kind}, with ${sizes.join(', ')} workers: ${text(memories)}`, sizes, { x: 'workers', y: 'MB' }, memories, false))}</div>`;
}

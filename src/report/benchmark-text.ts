import { basename } from 'node:path';
import { formatBytes, formatCount, formatDuration, printable } from '../base/index.js';
import type { BenchMemory, Benchmark, Spread, SubjectResult } from '../benchmark/index.js';
import type { EngineDescription } from '../engine/index.js';
import { cpuFeatures } from '../host/index.js';
import { quoted } from './shell-words.js';
import { type Style, styleOf } from './style.js';
import { type Cells, formatTable } from './text-table.js';
import { wrapped } from './wrap.js';

/** Shows what was measured, table after table, what makes it less sure, and what to do next. */
export function formatBenchmark(benchmark: Benchmark, style: Style = styleOf(process.stdout)): string {
  const { results, unusable, notes } = benchmark;
  const section = ({ title, cells }: Section) => `\n${style.paint('bold', title)}\n${formatTable(cells, style)}`;
  const lines = (text: string) => wrapped(printable(text), Math.min(style.columns, 120)).map((line) => `${line}\n`);
  return [
    ...benchmarkHeader(benchmark).flatMap(lines),
    ...benchmarkSections(results, benchmark).map(section),
    '\n',
    ...notes.flatMap((note) => lines(`${style.paint('yellow', '!')} ${note}`)),
    ...unusable.flatMap(({ name, why }) => lines(`${style.paint('red', '✗')} ${name}: ${why}`)),
    nextSteps(results, style),
  ].join('');
}

/** Returns the machine and the conditions, a sentence each. */
export function benchmarkHeader({ version, conditions }: Benchmark): string[] {
  const { host, node, rounds, cpuLimit, seconds } = conditions;
  const { names } = cpuFeatures(host.cpuFlags, host.platform);
  const sets = names.length > 0 ? `, ${names.slice(0, 4).join(', ')}` : '';
  const quota = host.cpuQuota === undefined ? 'no quota' : `quota ${host.cpuQuota.value.toFixed(2)} CPUs`;
  const governor = host.governor === undefined ? 'governor not told' : `governor ${host.governor.name}`;
  const limited = cpuLimit === undefined ? [] : [`Limited to ${cpuLimit} CPUs by a control group for this run.`];
  return [
    `${host.cpuModel} (${host.platform}${sets}); ${host.visibleCpus} of ${host.machineCpus} CPUs granted, ${host.physicalCores} physical cores, ${quota}, ${governor}; ${formatBytes(host.memoryLimit?.value ?? host.memoryBytes)} of memory.`,
    `octavec ${version}, Node.js ${node}; ${rounds} rounds in turns, medians (lowest to highest round), ${formatDuration(seconds)} in all.`,
    ...limited,
  ];
}

export interface Section {
  readonly title: string;
  readonly cells: Cells;
}

/** Shows all figures as tables, a row for each that was measured. */
export function benchmarkSections(results: readonly SubjectResult[], { conditions }: Benchmark): Section[] {
  const { mixedTexts, mixedSource } = conditions;
  const first = results[0];
  return [
    { title: 'Start and memory', cells: startCells(results) },
    ...first.latency.map(({ tokens }) => ({
      title: `Texts of ${tokens} tokens: milliseconds alone, texts/s in calls`,
      cells: lengthCells(results, tokens),
    })),
    {
      title: `Mixed corpus: ${formatCount(mixedTexts)} texts in one call (${printable(mixedSource)})`,
      cells: mixedCells(results),
    },
    ...(first.pools.length > 0 ? [{ title: 'Pools, mixed corpus', cells: poolCells(results) }] : []),
  ];
}

function startCells(results: readonly SubjectResult[]): Cells {
  const hasShares = results.some(({ memory }) => memory.proportionalBytes !== undefined);
  const rows = results.map(({ name, engine, bytes, start, memory }) => [
    ...[printable(name), engineName(engine), formatBytes(bytes)],
    ...[spreadText(start.coldSeconds, formatDuration), formatDuration(start.loadSeconds.median)],
    ...memoryCells(memory, hasShares),
  ]);
  return [['', 'engine', 'file', 'cold start', 'load', ...memoryHeadings(hasShares)], ...rows];
}

function memoryHeadings(hasShares: boolean): string[] {
  return ['resident', ...(hasShares ? ['PSS'] : []), 'peak'];
}

function memoryCells({ residentBytes, proportionalBytes, peakBytes }: BenchMemory, hasShares: boolean): string[] {
  const shares = proportionalBytes === undefined ? '–' : formatBytes(proportionalBytes);
  return [formatBytes(residentBytes), ...(hasShares ? [shares] : []), formatBytes(peakBytes)];
}

function lengthCells(results: readonly SubjectResult[], tokens: number): Cells {
  const callSizes = results[0].throughput.filter((row) => row.tokens === tokens).map(({ texts }) => texts);
  const rows = results.map((result) => {
    const latency = result.latency.find((row) => row.tokens === tokens);
    const speeds = callSizes.map((texts) =>
      result.throughput.find((row) => row.tokens === tokens && row.texts === texts),
    );
    return [
      printable(result.name),
      ...[latency?.p50, latency?.p95, latency?.p99, latency?.max].map(milliseconds),
      ...speeds.map((row) => (row === undefined ? '–' : spreadText(row.perSecond, formatCount))),
    ];
  });
  const heads = callSizes.map((texts) => (texts === 1 ? 'one by one' : `${texts} a call`));
  return [['', 'p50', 'p95', 'p99', 'max', ...heads], ...rows];
}

function mixedCells(results: readonly SubjectResult[]): Cells {
  const rows = results.map(({ name, mixed }) => {
    const times = spreadText(ratioTo(results[0], mixed.rounds), (ratio) => `${ratio.toFixed(2)}×`);
    return [printable(name), spreadText(mixed.perSecond, formatCount), times, mixed.cpus.toFixed(2)];
  });
  return [['', 'texts/s', `× ${printable(results[0].name)}`, 'CPUs busy'], ...rows];
}

/** Compares each round with the same round of the first: what slows the machine down for a while slows both. */
function ratioTo(first: SubjectResult, rounds: readonly number[]): Spread {
  const ratios = rounds.map((speed, i) => speed / first.mixed.rounds[i]).sort((a, b) => a - b);
  const middle = ratios.length / 2;
  const median = (ratios[Math.floor(middle)] + ratios[Math.ceil(middle) - 1]) / 2;
  return { median, low: ratios[0], high: ratios[ratios.length - 1] };
}

function poolCells(results: readonly SubjectResult[]): Cells {
  const hasShares = results.some(({ pools }) => pools.some(({ memory }) => memory.proportionalBytes !== undefined));
  const rows = results.flatMap(({ name, pools }) =>
    pools.map(({ workers, threadsPerWorker, perSecond, memory }) => [
      `${printable(name)}, ${workers} × ${threadsPerWorker}`,
      spreadText(perSecond, formatCount),
      `${(perSecond.median / pools[0].perSecond.median).toFixed(2)}×`,
      ...memoryCells(memory, hasShares),
    ]),
  );
  return [['workers × threads', 'texts/s', '× smallest', ...memoryHeadings(hasShares)], ...rows];
}

/** Names an engine: "ONNX Runtime 1.30.0, 2 × 1". */
export function engineName({ name, version, workers, threadsPerWorker }: EngineDescription): string {
  return `${name} ${version}, ${workers} × ${threadsPerWorker}`;
}

/** Writes a spread: "212 (198–220)". */
export function spreadText({ median, low, high }: Spread, format: (value: number) => string): string {
  const [middle, least, most] = [median, low, high].map((value) => format(atMostThreeDigits(value)));
  return least === most ? middle : `${middle} (${least}–${most})`;
}

/** Rounds to three digits: 168.4 texts/s are no more than 168. */
function atMostThreeDigits(value: number): number {
  return Number(value.toPrecision(3));
}

/** Writes a time in milliseconds. */
export function milliseconds(value: number | undefined): string {
  if (value === undefined) {
    return '–';
  }
  return value >= 100 ? formatCount(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2);
}

function nextSteps(results: readonly SubjectResult[], style: Style): string {
  const fastest = [...results].sort((a, b) => b.mixed.perSecond.median - a.mixed.perSecond.median)[0];
  const command = (name: string, rest: string) => `  npx ${style.paint('cyan', `octavec ${name}`)} ${rest}\n`;
  const engine = fastest.engineChoice === 'auto' ? '' : ` --engine ${fastest.engine.name}`;
  const files = new Set(results.map(({ path }) => path));
  const first = [...files][0];
  const steps =
    files.size === 1 && !/int8|q8|q4|quantized/.test(basename(first))
      ? [command('quantize', `${quoted(first)} --to int8`)]
      : files.size > 1
        ? [command('compare', [...files].map(quoted).join(' '))]
        : [];
  return `\nNext:\n${[...steps, command('embed', `${quoted(fastest.path)}${engine} "hello world"`)].join('')}`;
}

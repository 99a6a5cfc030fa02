import { loadavg } from 'node:os';
import {
  checkBound,
  checkCallback,
  checkCount,
  checkFlag,
  checkLocation,
  checkOptions,
  checkTaskOptions,
  checkText,
  type Location,
  listOf,
  nested,
  OctavecError,
  type OptionChecks,
  oneOf,
  pathOf,
  type TaskOptions,
  version,
} from '../base/index.js';
import { engineChoices, type MemoryMode, memoryModes } from '../engine/index.js';
import { readCpuTimes, readHostFacts, readThrottling } from '../host/index.js';
import { modelOverrideChecks } from '../model/index.js';
import { benchNotes } from './bench-notes.js';
import { type BenchPlan, benchPlan, runsOf, secondsOf } from './bench-plan.js';
import type { BenchConditions, Benchmark, PoolResult, SubjectResult } from './benchmark-result.js';
import { type CpuGroup, makeCpuGroup } from './cpu-group.js';
import { type Place, throughField } from './field.js';
import { measurePools } from './measure-pools.js';
import { type Measured, measureRounds } from './measure-rounds.js';
import { startSubjects } from './start-subjects.js';
import { findSubjects, type Subject, type SubjectOptions } from './subjects.js';
import { type Workload, workloadFor } from './workload.js';

/** What `benchmark` measures, and how often. */
export interface BenchmarkOptions extends SubjectOptions, TaskOptions {
  /** More lengths, rounds and repetitions, and pools: minutes instead of seconds. */
  readonly thorough?: boolean;
  /** Told about how many seconds it will take, before it begins, and how many subjects there are. */
  readonly onEstimate?: (seconds: number, subjects: number) => void;
  /** Told after each round but the last what is known by then, without pools, so that an interrupt loses less. */
  readonly onRound?: (soFar: Benchmark) => void;
  /** Threads of each session; octavec's choice by default. */
  readonly threads?: number;
  /** How weights are held; `auto` by default. */
  readonly memory?: MemoryMode;
  /** Workers of the pools; [1, 2, 4] if `thorough`, else none. */
  readonly pools?: readonly number[];
  /** The mixed corpus; texts of 8 to 256 tokens by default. */
  readonly texts?: { readonly texts: readonly string[]; readonly source: string };
  /** CPUs' worth of time that the measured processes may take together. */
  readonly cpuLimit?: number;
}

const benchmarkOptionChecks: OptionChecks<BenchmarkOptions> = {
  ...checkTaskOptions,
  variants: listOf(checkText),
  engines: listOf(oneOf(engineChoices)),
  ...modelOverrideChecks,
  thorough: checkFlag,
  onEstimate: checkCallback,
  onRound: checkCallback,
  threads: checkCount,
  memory: oneOf(memoryModes),
  pools: listOf(checkCount),
  texts: nested({ texts: listOf(checkText), source: checkText }),
  cpuLimit: checkBound,
};

/**
 * Measures models side by side: start, latency of single texts, throughput by batch size and length, a mixed corpus,
 * pools of several sizes, memory. Each has a process of its own; all take turns in every round, so that a machine that
 * changes its speed changes it for all. What cannot be loaded is named and left out.
 *
 * @param models model folders or .onnx files
 * @throws what `findSubjects` throws; what loading throws if nothing can be loaded; USAGE, ENGINE_DIED, CANCELLED
 *
 * @example
 * ```ts
 * const { results } = await benchmark(['./all-MiniLM-L6-v2'], { variants: ['fp32', 'int8'] });
 * for (const { name, mixed } of results) {
 *   console.log(name, mixed.perSecond);
 * }
 * ```
 */
export async function benchmark(models: readonly Location[], options: BenchmarkOptions = {}): Promise<Benchmark> {
  checkOptions(options, benchmarkOptionChecks);
  listOf(checkLocation)('models', models);
  const paths = models.map((model) => pathOf('models', model));
  if (options.texts?.texts.length === 0) {
    throw new OctavecError('USAGE', { problem: 'The mixed corpus has no texts', hint: 'Give some, or leave it out.' });
  }
  const started = performance.now();
  const [loadBefore] = loadavg();
  const host = await readHostFacts();
  const subjects = await findSubjects(paths, options);
  const plan = benchPlan(subjects, options);
  options.onEstimate?.(secondsOf(plan, subjects.length), subjects.length);
  const workloads = await workloadsOf(subjects, plan, options);
  const group = options.cpuLimit === undefined ? undefined : await makeCpuGroup(options.cpuLimit);
  const [stolen, throttled] = await Promise.all([stolenMeter(), throttledMeter(group)]);
  const resultOf = async (
    { results, unusable }: Pick<Benchmark, 'results' | 'unusable'>,
    rounds: number,
  ): Promise<Benchmark> => {
    const conditions: BenchConditions = {
      host,
      node: process.version,
      rounds,
      mixedSource: options.texts?.source ?? 'made-up texts of 8 to 256 tokens',
      mixedTexts: options.texts?.texts.length ?? plan.mixed.length,
      cpuLimit: options.cpuLimit,
      throttledSeconds: await throttled(),
      stolenShare: await stolen(),
      loadBefore,
      seconds: (performance.now() - started) / 1000,
    };
    const date = new Date().toISOString();
    return { version, date, conditions, results, unusable, notes: benchNotes(conditions, results) };
  };
  const { onRound } = options;
  const tell =
    onRound &&
    (async (soFar: Pick<Benchmark, 'results' | 'unusable'>, rounds: number) => onRound(await resultOf(soFar, rounds)));
  try {
    return await resultOf(await measure(subjects, workloads, plan, group, options, tell), plan.rounds);
  } finally {
    await group?.remove();
  }
}

async function measure(
  subjects: readonly Subject[],
  workloads: ReadonlyMap<Subject, Workload>,
  plan: BenchPlan,
  group: CpuGroup | undefined,
  options: BenchmarkOptions,
  tell: ((soFar: Pick<Benchmark, 'results' | 'unusable'>, rounds: number) => Promise<void>) | undefined,
): Promise<Pick<Benchmark, 'results' | 'unusable'>> {
  const { threads, memory, signal, onProgress } = options;
  let done = 0;
  const total = (count: number) => runsOf(plan, count);
  const place: Place = {
    group,
    embedder: { threads, memory },
    signal,
    onStep: (count) => onProgress?.({ stage: 'Measuring', done: done++, total: total(count), unit: 'runs' }),
  };
  const { fields, starts, unusable, firstError } = await startSubjects(subjects, workloads, plan, place);
  if (fields.length === 0) {
    throw firstError ?? new OctavecError('USAGE', { problem: 'There is nothing to measure' });
  }
  const resultsOf = (main: readonly Measured[], pools: readonly (readonly PoolResult[])[]) =>
    fields.map(({ subject, engine }, i): SubjectResult => {
      const { name, bytes, model } = subject;
      return {
        name,
        path: model.onnxPath,
        bytes,
        engine,
        engineChoice: subject.engine,
        start: starts[i],
        ...main[i],
        pools: pools[i] ?? [],
      };
    });
  const onRound =
    tell && ((main: readonly Measured[], rounds: number) => tell({ results: resultsOf(main, []), unusable }, rounds));
  const main = await throughField(fields, signal, () => measureRounds(fields, plan, place, onRound));
  const usable = fields.map(({ subject, workload }) => ({ subject, workload }));
  const pools = await measurePools(usable, plan, place);
  return { results: resultsOf(main, pools), unusable };
}

/** Makes the texts for each subject, once for those that share a tokenizer. */
async function workloadsOf(
  subjects: readonly Subject[],
  plan: BenchPlan,
  { texts }: BenchmarkOptions,
): Promise<ReadonlyMap<Subject, Workload>> {
  const made = new Map<string, Promise<Workload>>();
  const workloads = new Map<Subject, Workload>();
  for (const subject of subjects) {
    const { tokenizerPath, lowerCase } = subject.model;
    const key = `${tokenizerPath} ${lowerCase}`;
    const workload = made.get(key) ?? workloadFor(subject.model, plan);
    made.set(key, workload);
    const { byLength, mixed } = await workload;
    workloads.set(subject, { byLength, mixed: texts?.texts ?? mixed });
  }
  return workloads;
}

/** Tells the share of the CPUs' time that was stolen since it was made. */
async function stolenMeter(): Promise<() => Promise<number | undefined>> {
  const before = await readCpuTimes();
  return async () => {
    const after = await readCpuTimes();
    if (before === undefined || after === undefined) {
      return undefined;
    }
    const all = after.busy + after.idle + after.steal - (before.busy + before.idle + before.steal);
    return all > 0 ? (after.steal - before.steal) / all : undefined;
  };
}

/** Tells how long the group, or this process's own groups, were throttled since it was made. */
async function throttledMeter(group: CpuGroup | undefined): Promise<() => Promise<number | undefined>> {
  const read = async () => {
    const own = group?.throttling();
    const levels = own === undefined ? [...(await readThrottling()).values()] : [own];
    return levels.length === 0 ? undefined : levels.reduce((sum, { throttledSeconds }) => sum + throttledSeconds, 0);
  };
  const before = (await read()) ?? 0;
  return async () => {
    const after = await read();
    return after === undefined ? undefined : after - before;
  };
}

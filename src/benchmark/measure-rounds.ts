import { throwIfCancelled } from '../base/index.js';
import { mean } from '../numbers/index.js';
import type { BenchPlan } from './bench-plan.js';
import type { BenchMemory, SubjectResult } from './benchmark-result.js';
import { type Field, inTurn, type Place } from './field.js';
import type { RunTimes } from './run-protocol.js';
import { latencyOf, spreadOf } from './spread.js';
import type { Workload } from './workload.js';

/** One of the things that every round measures. */
interface Task {
  readonly calls: (workload: Workload) => readonly (readonly string[])[];
  readonly seconds: number;
}

export type Measured = Pick<SubjectResult, 'latency' | 'throughput' | 'mixed' | 'memory'>;

/**
 * Measures latency, throughput and the mixed corpus, round by round, the subjects taking turns at each of them.
 *
 * @param onRound told what is known after each round but the last
 * @returns of each field
 * @throws ENGINE_DIED, CANCELLED
 */
export async function measureRounds(
  fields: readonly Field[],
  plan: BenchPlan,
  place: Place,
  onRound?: (measured: Measured[], rounds: number) => Promise<void>,
): Promise<Measured[]> {
  const tasks = tasksOf(plan);
  const times = fields.map(() => new Map(tasks.all.map((task): [Task, RunTimes[]] => [task, []])));
  for (let round = 0; round <= plan.rounds; round++) {
    for (const task of tasks.all) {
      for (const [i, { process, workload }] of inTurn(fields, round)) {
        throwIfCancelled(place.signal, 'measuring speed');
        place.onStep(fields.length);
        // The first round is there to warm up: each call once is enough.
        const run = await process.run(task.calls(workload), round === 0 ? 0 : task.seconds);
        if (round > 0) {
          times[i].get(task)?.push(run);
        }
      }
    }
    if (onRound !== undefined && round > 0 && round < plan.rounds) {
      const memories = await Promise.all(fields.map(({ process }) => process.memory()));
      // The peak is told at the end; until then what is resident is the least that it can be.
      const known = memories.map((memory) => ({ ...memory, peakBytes: memory.residentBytes }));
      await onRound(
        known.map((memory, i) => figuresOf(tasks, times[i], memory)),
        round,
      );
    }
  }
  const measured: Measured[] = [];
  for (const [i, { process }] of fields.entries()) {
    const memory = await process.memory();
    measured.push(figuresOf(tasks, times[i], { ...memory, peakBytes: await process.finish() }));
  }
  return measured;
}

/** The tasks of a round, with what they stand for in the result. */
interface Tasks {
  readonly latencies: readonly { readonly tokens: number; readonly task: Task }[];
  readonly batches: readonly { readonly tokens: number; readonly texts: number; readonly task: Task }[];
  readonly mixed: Task;
  readonly all: readonly Task[];
}

function tasksOf(plan: BenchPlan): Tasks {
  const latencies = plan.lengths.map((tokens) => ({ tokens, task: singles(tokens, plan) }));
  const batches = plan.lengths.flatMap((tokens) =>
    plan.callTexts.map((texts) => ({ tokens, texts, task: callsOf(texts, tokens, plan) })),
  );
  const mixed: Task = { calls: ({ mixed: texts }) => [texts], seconds: 0 };
  return { latencies, batches, mixed, all: [...[...latencies, ...batches].map(({ task }) => task), mixed] };
}

/** @param times of the rounds so far */
function figuresOf(
  { latencies, batches, mixed }: Tasks,
  times: ReadonlyMap<Task, readonly RunTimes[]>,
  memory: BenchMemory,
): Measured {
  const runs = (task: Task) => times.get(task) ?? [];
  const speedOf = (task: Task) => spreadOf(runs(task).map(perSecond));
  return {
    memory,
    latency: latencies.map(({ tokens, task }) => ({ tokens, ...latencyOf(runs(task).map(({ callMs }) => callMs)) })),
    throughput: [
      ...latencies.map(({ tokens, task }) => ({ texts: 1, tokens, perSecond: speedOf(task) })),
      ...batches.map(({ texts, tokens, task }) => ({ texts, tokens, perSecond: speedOf(task) })),
    ],
    mixed: {
      perSecond: speedOf(mixed),
      rounds: runs(mixed).map(perSecond),
      cpus: mean(runs(mixed).map(({ cpuSeconds, seconds }) => cpuSeconds / seconds)),
    },
  };
}

function singles(tokens: number, plan: BenchPlan): Task {
  return {
    calls: ({ byLength }) => (byLength.get(tokens) ?? []).map((text) => [text]),
    seconds: plan.latencySeconds,
  };
}

function callsOf(texts: number, tokens: number, plan: BenchPlan): Task {
  return { calls: ({ byLength }) => [(byLength.get(tokens) ?? []).slice(0, texts)], seconds: plan.callSeconds };
}

function perSecond({ texts, seconds }: RunTimes): number {
  return texts / seconds;
}

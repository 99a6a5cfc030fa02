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
  const latencies = plan.lengths.map((tokens) => ({ tokens, task: singles(tokens, plan) }));
  const batches = plan.lengths.flatMap((tokens) =>
    plan.callTexts.map((texts) => ({ tokens, texts, task: callsOf(texts, tokens, plan) })),
  );
  const mixed: Task = { calls: ({ mixed: texts }) => [texts], seconds: 0 };
  const tasks = [...latencies.map(({ task }) => task), ...batches.map(({ task }) => task), mixed];
  const times = fields.map(() => new Map(tasks.map((task) => [task, [] as RunTimes[]])));
  for (let round = 0; round <= plan.rounds; round++) {
    for (const task of tasks) {
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
      await onRound(known.map(figuresOf), round);
    }
  }
  const measured: Measured[] = [];
  for (const [i, { process }] of fields.entries()) {
    const memory = await process.memory();
    measured.push(figuresOf({ ...memory, peakBytes: await process.finish() }, i));
  }
  return measured;

  function figuresOf(memory: BenchMemory, i: number): Measured {
    const runs = (task: Task) => times[i].get(task) as RunTimes[];
    const mixedRounds = runs(mixed).map(perSecond);
    return {
      memory,
      latency: latencies.map(({ tokens, task }) => ({ tokens, ...latencyOf(runs(task).map(({ callMs }) => callMs)) })),
      throughput: [
        ...latencies.map(({ tokens, task }) => ({ texts: 1, tokens, perSecond: spreadOf(runs(task).map(perSecond)) })),
        ...batches.map(({ texts, tokens, task }) => ({
          ...{ texts, tokens },
          perSecond: spreadOf(runs(task).map(perSecond)),
        })),
      ],
      mixed: {
        perSecond: spreadOf(mixedRounds),
        rounds: mixedRounds,
        cpus: mean(runs(mixed).map(({ cpuSeconds, seconds }) => cpuSeconds / seconds)),
      },
    };
  }
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

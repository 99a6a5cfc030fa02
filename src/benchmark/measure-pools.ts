import { throwIfCancelled } from '../base/index.js';
import { type BenchPlan, poolRounds } from './bench-plan.js';
import type { PoolResult } from './benchmark-result.js';
import { type Field, inTurn, type Place, throughField } from './field.js';
import { ModelProcess } from './model-process.js';
import { spreadOf } from './spread.js';

/** Threads of a worker where nobody asks for more: what is measured is the pool. */
const threadsByDefault = 1;

/**
 * Measures the mixed corpus with pools of each size, one size after the other, the subjects taking turns.
 *
 * @returns of each subject
 * @throws ENGINE_DIED, CANCELLED, and what loading throws
 */
export async function measurePools(
  subjects: readonly Pick<Field, 'subject' | 'workload'>[],
  plan: BenchPlan,
  place: Place,
): Promise<PoolResult[][]> {
  const results = subjects.map((): PoolResult[] => []);
  const threads = place.embedder.threads ?? threadsByDefault;
  for (const workers of plan.pools) {
    const processes = subjects.map(({ subject }) => new ModelProcess(subject.model, place.group));
    await throughField(
      processes.map((process) => ({ process })),
      place.signal,
      async () => {
        for (const [i, process] of processes.entries()) {
          throwIfCancelled(place.signal, 'measuring speed');
          await process.load({ ...place.embedder, threads, workers, engine: subjects[i].subject.engine });
        }
        const speeds = subjects.map((): number[] => []);
        for (let round = 0; round <= poolRounds(plan); round++) {
          for (const [i, process] of inTurn(processes, round)) {
            throwIfCancelled(place.signal, 'measuring speed');
            place.onStep(subjects.length);
            const { texts, seconds } = await process.run([subjects[i].workload.mixed]);
            if (round > 0) {
              speeds[i].push(texts / seconds);
            }
          }
        }
        for (const [i, process] of processes.entries()) {
          const memory = { ...(await process.memory()), peakBytes: await process.finish() };
          results[i].push({ workers, threadsPerWorker: threads, perSecond: spreadOf(speeds[i]), memory });
        }
      },
    );
  }
  return results;
}

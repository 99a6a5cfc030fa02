import { OctavecError, reasonOf, throwIfCancelled } from '../base/index.js';
import type { BenchPlan } from './bench-plan.js';
import type { Benchmark, SubjectResult } from './benchmark-result.js';
import { type Field, inTurn, type Place, throughField } from './field.js';
import { ModelProcess } from './model-process.js';
import { spreadOf } from './spread.js';
import type { Subject } from './subjects.js';
import type { Workload } from './workload.js';

export interface Started {
  /** Those that could be loaded, each in a process that is ready. */
  readonly fields: readonly Field[];
  /** Of each field. */
  readonly starts: readonly SubjectResult['start'][];
  readonly unusable: Benchmark['unusable'];
  readonly firstError?: unknown;
}

interface Start {
  readonly field: Field;
  readonly coldSeconds: number;
  readonly loadSeconds: number;
}

/**
 * Starts a process for each subject several times, to know how long that takes; the last ones go on.
 *
 * @throws CANCELLED
 */
export async function startSubjects(
  subjects: readonly Subject[],
  workloads: ReadonlyMap<Subject, Workload>,
  plan: BenchPlan,
  place: Place,
): Promise<Started> {
  const started = new Map<Subject, Start[]>();
  const failed = new Map<Subject, unknown>();
  const startAgain = async (subject: Subject, isLast: boolean) => {
    const workload = workloads.get(subject) as Workload;
    try {
      const start = await startOne(subject, workload, plan, place);
      started.set(subject, [...(started.get(subject) ?? []), start]);
      if (!isLast) {
        await start.field.process.stop();
      }
    } catch (error) {
      throwIfCancelled(place.signal, 'measuring speed');
      failed.set(subject, error);
    }
  };
  try {
    for (let round = 0; round < plan.starts; round++) {
      for (const [, subject] of inTurn(subjects, round)) {
        if (!failed.has(subject)) {
          place.onStep(subjects.length - failed.size);
          await startAgain(subject, round === plan.starts - 1);
        }
      }
    }
  } catch (error) {
    const running = [...started.values()].flat().map(({ field }) => field);
    await throughField(running, place.signal, () => Promise.reject(error));
  }
  const usable = subjects.filter((subject) => !failed.has(subject));
  const startsOf = (subject: Subject) => started.get(subject) as Start[];
  return {
    fields: usable.map((subject) => startsOf(subject)[plan.starts - 1].field),
    starts: usable.map((subject) => ({
      coldSeconds: spreadOf(startsOf(subject).map(({ coldSeconds }) => coldSeconds)),
      loadSeconds: spreadOf(startsOf(subject).map(({ loadSeconds }) => loadSeconds)),
    })),
    unusable: [...failed].map(([{ name }, error]) => ({ name, why: reasonOf(error) })),
    firstError: [...failed.values()].find((error) => error instanceof OctavecError) ?? [...failed.values()][0],
  };
}

async function startOne(subject: Subject, workload: Workload, plan: BenchPlan, place: Place): Promise<Start> {
  throwIfCancelled(place.signal, 'measuring speed');
  const process = new ModelProcess(subject.model, place.group);
  try {
    const { seconds, engine } = await process.load({ ...place.embedder, engine: subject.engine });
    await process.run([(workload.byLength.get(plan.lengths[0]) ?? []).slice(0, 1)]);
    const coldSeconds = (performance.now() - process.startedAt) / 1000;
    return { field: { subject, workload, process, engine }, coldSeconds, loadSeconds: seconds };
  } catch (error) {
    await process.stop();
    throw error;
  }
}

import type { Evidence } from '../evaluate/index.js';
import { bySpeedThenSize } from '../evaluate/index.js';
import { type Alternative, type Candidate, compareTwoPasses, type Proof, type TaskRun } from '../proof/index.js';
import type { TaskComparison } from '../tasks/index.js';

/** A search in two passes: a static model finds documents, a model that reads sentences orders them. */
export interface TwoPasses {
  /** Name of the static model. */
  readonly first: string;
  /** Name of the variant; undefined where it is the original itself. */
  readonly second?: string;
  /** Documents of a query that the second model orders. */
  readonly candidates: number;
  /** Retrieval, against the original alone. */
  readonly tasks: readonly TaskComparison[];
  /** nDCG@10 of the static model alone, by task. */
  readonly firstAlone: Readonly<Record<string, number>>;
}

const candidates = 100;
const metric = 'ndcg@10';

/**
 * Tries what is best about both kinds of models together: the static model that finds most, and the variant in 8 bits that is
 * fastest.
 *
 * @returns undefined where there is no static model, or no task that searches
 */
export async function tryTwoPasses(
  proof: Proof,
  variants: readonly { readonly evidence: Evidence; readonly candidate: Candidate }[],
  others: readonly { readonly alternative: Alternative; readonly candidate: Candidate }[],
  run: TaskRun,
): Promise<TwoPasses | undefined> {
  const [first] = others
    .filter(({ alternative }) => alternative.kind === 'static' && found(alternative) !== undefined)
    .toSorted((a, b) => (found(b.alternative) ?? 0) - (found(a.alternative) ?? 0));
  if (first === undefined) {
    return undefined;
  }
  const [second] = variants
    .filter(({ evidence }) => isSoundAndSmall(evidence))
    .toSorted((a, b) => bySpeedThenSize(a.evidence, b.evidence));
  const tasks = await compareTwoPasses(
    proof.original,
    [first.candidate, second?.candidate],
    candidates,
    proof.taskResults,
    run,
  );
  const alone = first.alternative.tasks.filter((task) => task.metric === metric);
  return {
    first: first.alternative.file.name,
    second: second?.evidence.file.name,
    candidates,
    tasks,
    firstAlone: Object.fromEntries(alone.map(({ task, candidate }) => [task, candidate])),
  };
}

/** Averages nDCG@10 over the tasks; undefined if it is not finite, or no task searches. */
function found({ tasks }: Alternative): number | undefined {
  const figures = tasks.filter((task) => task.metric === metric).map(({ candidate }) => candidate);
  const mean = figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
  return Number.isFinite(mean) ? mean : undefined;
}

function isSoundAndSmall({ file, verdict }: Evidence): boolean {
  return verdict?.passed === true && file.precision.startsWith('int8');
}

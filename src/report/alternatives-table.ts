import { formatBytes, formatCount, formatFigure } from '../base/index.js';
import type { Evidence, RunFigures, Verdict } from '../evaluate/index.js';
import type { Alternative } from '../pipeline/index.js';
import type { TaskComparison } from '../tasks/index.js';
import { taskName } from './evaluation-text.js';

/** Original, variants and models of another kind in a row each, for any format. */
export interface AlternativesTable {
  readonly headings: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly verdict?: Verdict }[];
}

/** Puts size, speed and the main figure of every task side by side: what can be said of models whose vectors differ. */
export function alternativesTable(
  evidences: readonly Evidence[],
  alternatives: readonly Alternative[],
): AlternativesTable {
  const subjects = [
    ...evidences.map((evidence) => ({ ...evidence, name: evidence.file.name, width: evidence.fidelity.width })),
    ...alternatives.map((alternative) => ({ ...alternative, name: alternativeName(alternative) })),
  ];
  const [{ original, originalRun }] = subjects;
  const mains = mainFigures(subjects.flatMap(({ tasks = [] }) => tasks));
  const isTimed = subjects.some(({ run }) => run?.textsPerSecond !== undefined);
  const row = (name: string, bytes: number, width: number | undefined, run: RunFigures | undefined) => [
    ...[name, formatBytes(bytes), width === undefined ? '–' : String(width)],
    ...(isTimed ? [run?.textsPerSecond === undefined ? '–' : formatCount(run.textsPerSecond)] : []),
  ];
  const first = row(`original (${original.precision})`, original.bytes, evidences[0]?.fidelity.width, originalRun);
  return {
    headings: ['model', 'size', 'dimensions', ...(isTimed ? ['texts/s'] : []), ...mains.map(({ heading }) => heading)],
    rows: [
      { cells: [...first, ...mains.map(({ task }) => formatFigure(task.original, 4))] },
      ...subjects.map(({ name, file, width, run, tasks = [], verdict }) => {
        const own = new Map(mainFigures(tasks).map(({ heading, task }) => [heading, task.candidate]));
        const figures = mains.map(({ heading }) => formatFigure(own.get(heading), 4));
        return { cells: [...row(name, file.bytes, width, run), ...figures], verdict };
      }),
    ],
  };
}

/** Names a model of another kind: "minilm-static (static, int8)". */
export function alternativeName({ file, kind }: Pick<Alternative, 'file' | 'kind'>): string {
  return kind === 'static' ? `${file.name} (static, ${file.precision})` : `${file.name} (${file.precision})`;
}

/** Lists the main figures in the order in which they are first met. */
function mainFigures(tasks: readonly TaskComparison[]): { readonly heading: string; readonly task: TaskComparison }[] {
  const mains = tasks.filter(({ main, asymmetric }) => main && !asymmetric);
  const byHeading = new Map(mains.map((task) => [`${taskName(task)}, ${task.metric}`, task]));
  return [...byHeading].map(([heading, task]) => ({ heading, task }));
}

/** Says in words what a static model will do and what not, with what was measured. */
export function staticInWords({ file, run, originalRun, tasks }: Alternative): string[] {
  const times =
    run?.textsPerSecond === undefined || originalRun?.textsPerSecond === undefined
      ? undefined
      : run.textsPerSecond / originalRun.textsPerSecond;
  const speed = times === undefined ? '' : `, ${formatCount(times)} times as many texts a second as the original`;
  const kept = keptInWords({ tasks });
  return [
    `${file.name} ${kept === '' ? '' : `keeps ${kept}; it `}takes ${formatBytes(file.bytes)}${speed}.`,
    'It will sort, group and deduplicate texts by their words and topics, and find what a model that reads sentences then orders.',
    'It will not see the order of words, negation, or what a word means in its sentence; questions do not find answers that share no words with them.',
  ];
}

/** Says what is kept: "91 % of ndcg@10 in scifact-mini, 97 % of accuracy in banking77-mini". */
export function keptInWords({ tasks }: Pick<Alternative, 'tasks'>): string {
  return mainFigures(tasks)
    .map(({ task }) => `${shareOf(task)} of ${task.metric} in ${taskName(task)}`)
    .join(', ');
}

/** Formats a share: "91 %"; figures that may be below 0 have none. */
function shareOf({ candidate, original }: TaskComparison): string {
  return candidate >= 0 && original > 0 ? `${((100 * candidate) / original).toFixed(0)} %` : 'nothing';
}

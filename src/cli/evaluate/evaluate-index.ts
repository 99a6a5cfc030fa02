import { OctavecError } from '../../base/index.js';

import { evaluateIndex } from '../../search/index.js';
import { interruptSignal } from '../interrupt.js';
import { printNote } from '../print-note.js';
import { progressLine } from '../progress-line.js';
import { type SearchModelFlags, searchModel } from '../search-model.js';
import { formatIndexEvaluation } from './index-evaluation-text.js';

export interface EvaluateIndexFlags extends SearchModelFlags {
  readonly queries?: string;
  readonly qrels?: string;
  readonly variant?: string;
  readonly json?: boolean;
  /** What belongs to models alone. */
  readonly task?: readonly string[];
  readonly against?: string;
  readonly asymmetric?: boolean;
}

/** Prints the evaluation of an index: `evaluate docs.index --queries … --qrels …`. */
export async function printIndexEvaluation(path: string, flags: EvaluateIndexFlags): Promise<void> {
  const { queries, qrels, variant, json } = flags;
  if (queries === undefined || qrels === undefined) {
    throw new OctavecError('USAGE', {
      problem: 'Questions and judgements of an index go together',
      hint: 'Give --queries and --qrels.',
    });
  }
  const { task, against, asymmetric } = flags;
  const [stranger] = Object.keys({
    ...(task && { task }),
    ...(against && { against }),
    ...(asymmetric && { asymmetric }),
  });
  if (stranger !== undefined) {
    throw new OctavecError('USAGE', { problem: `--${stranger} is of models, and --queries of an index` });
  }
  const line = progressLine();
  const signal = interruptSignal();
  const evaluation = await evaluateIndex(path, {
    ...{ queries, qrels, variant, signal, onProgress: line.onProgress, onNote: printNote },
    loadModel: searchModel(flags, signal),
  }).finally(line.done);
  evaluation.notes.forEach(printNote);
  process.stdout.write(json ? `${JSON.stringify(evaluation)}\n` : formatIndexEvaluation(evaluation));
}

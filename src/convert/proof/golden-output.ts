import { join } from 'node:path';
import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import type { EncoderPlan } from '../../checkpoint/index.js';
import { readJsonFile } from '../../model/index.js';
import type { ProbeText } from './reference-forward.js';

const rows = z.array(z.array(z.int()));

const goldenSchema = z.object({
  input_ids: rows,
  attention_mask: rows,
  token_type_ids: rows.nullish(),
  last_hidden_state: z.array(z.array(z.array(z.number()))).nullish(),
  logits: z.array(z.array(z.number())).nullish(),
});

/**
 * Reads what transformers gave for some inputs, where a model comes with it: `expected.json` with `input_ids`,
 * `attention_mask`, where they are not 0 `token_type_ids`, and `last_hidden_state` or, for rerankers and classifiers, `logits`. Only
 * tokens that the mask shows count.
 *
 * @returns undefined if there is nothing of the kind
 * @throws CONFIG_INVALID
 */
export async function goldenOutput(folder: string, { hidden, classifier }: EncoderPlan) {
  const path = join(folder, 'expected.json');
  const golden = await readJsonFile(path, goldenSchema);
  const {
    input_ids: ids = [],
    attention_mask: mask,
    token_type_ids: types,
    last_hidden_state: states,
    logits,
  } = golden ?? {};
  const shown = <Value>(values: readonly Value[], text: number) => values.filter((_, i) => mask?.[text]?.[i] === 1);
  const texts: ProbeText[] = ids.map((text, i) => ({ ids: shown(text, i), types: types?.[i] && shown(types[i], i) }));
  if (classifier !== undefined) {
    return logits ? { texts, numbers: logits.flat() } : undefined;
  }
  if (!states) {
    return undefined;
  }
  const vectors = states.flatMap(shown);
  const tokens = texts.reduce((sum, text) => sum + text.ids.length, 0);
  if (vectors.length !== tokens || vectors.some(({ length }) => length !== hidden)) {
    throw new OctavecError('CONFIG_INVALID', { path, why: `it does not hold ${hidden} numbers for each token` });
  }
  return { texts, numbers: vectors.flat() };
}

import { join } from 'node:path';
import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import { readJsonFile } from '../../model/index.js';
import type { EncoderPlan } from '../encoder-plan.js';

const rows = z.array(z.array(z.int()));

const goldenSchema = z.object({
  input_ids: rows,
  attention_mask: rows,
  last_hidden_state: z.array(z.array(z.array(z.number()))),
});

/**
 * What transformers gave for some inputs, where a model comes with it: `expected.json` with `input_ids`, `attention_mask` and
 * `last_hidden_state`. Only tokens that the mask shows count.
 *
 * @throws CONFIG_INVALID
 */
export async function goldenStates(folder: string, { hidden }: EncoderPlan) {
  const path = join(folder, 'expected.json');
  const golden = await readJsonFile(path, goldenSchema);
  if (golden === undefined) {
    return undefined;
  }
  const { input_ids: ids, attention_mask: mask, last_hidden_state: states } = golden;
  const shown = <Value>(values: readonly Value[], text: number) => values.filter((_, i) => mask[text]?.[i] === 1);
  const texts = ids.map(shown);
  const vectors = states.flatMap(shown);
  if (vectors.length !== texts.flat().length || vectors.some(({ length }) => length !== hidden)) {
    throw new OctavecError('CONFIG_INVALID', { path, why: `it does not hold ${hidden} numbers for each token` });
  }
  return { texts, states: vectors.flat() };
}

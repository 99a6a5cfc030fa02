import { OctavecError } from '../base/index.js';
import type { Matrix } from '../numbers/index.js';
import type { TextOptions } from './embed-options.js';
import { type LoadedModel, tokenizeTexts } from './encode-texts.js';

/**
 * Computes the last hidden state of every token: [tokens × hidden width] for each text.
 *
 * @throws as `tokenizeTexts`, and MODEL_OUTPUT, ENGINE_RUN, ENGINE_DIED; USAGE for `overLong: 'chunk'`, which gives a
 *   token several states
 */
export async function hiddenStates(
  model: LoadedModel,
  texts: readonly string[],
  options: TextOptions,
): Promise<readonly Matrix[]> {
  if (options.overLong === 'chunk') {
    throw new OctavecError('USAGE', {
      problem: 'Hidden states of texts in windows overlap',
      hint: 'Use truncate or error.',
    });
  }
  const tokens = await tokenizeTexts(model, texts, options);
  const states = await model.engine.hiddenStates(tokens, { signal: options.signal });
  const columns = states.length / tokens.ids.length;
  return texts.map((_, i) => {
    const [start, end] = [tokens.offsets[i], tokens.offsets[i + 1]];
    return { data: states.subarray(start * columns, end * columns), rows: end - start, columns };
  });
}

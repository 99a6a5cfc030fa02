import { OctavecError } from '../base/index.js';
import type { Head } from '../model/index.js';

/**
 * Checks that pooling and dense layers fit the hidden states.
 *
 * @throws MODEL_OUTPUT if a dense layer takes another number of values than what stands before it gives
 */
export function checkHead({ pooling, dense }: Head, hiddenWidth: number, path: string): void {
  let width = pooling.length * hiddenWidth;
  for (const { inputs, outputs } of dense) {
    if (inputs !== width) {
      const why = `a dense layer behind it takes ${inputs} numbers, and gets ${width}`;
      throw new OctavecError('MODEL_OUTPUT', {
        path,
        why,
        hint: 'Pooling and dense layers must be those that the model was made with.',
      });
    }
    width = outputs;
  }
}

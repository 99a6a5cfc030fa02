import { OctavecError } from '../../base/index.js';
import type { TokenBatch } from '../engine.js';
import { type InputRole, inputRoles } from '../input-roles.js';

/** An input as the run time describes it. */
export interface DeclaredInput {
  readonly name: string;
  readonly type?: string;
}

/** An input of the model, and what octavec gives it. */
export interface InputBinding {
  readonly name: string;
  readonly role: InputRole;
  readonly type: 'int32' | 'int64';
}

/** A tensor to be fed: [texts, longest]. */
export interface Feed {
  readonly name: string;
  readonly type: 'int32' | 'int64';
  readonly data: Int32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/**
 * Matches the inputs that a model declares with what octavec can give.
 *
 * @throws MODEL_OUTPUT for an input that is unknown or not of integers
 */
export function bindInputs(declared: readonly DeclaredInput[], path: string): readonly InputBinding[] {
  const bindings = declared.map((input): InputBinding => {
    const role = inputRoles.get(input.name);
    const type = input.type ?? 'not a tensor';
    if (role === undefined || (type !== 'int64' && type !== 'int32')) {
      throw new OctavecError('MODEL_OUTPUT', {
        path,
        why: `it asks for the input "${input.name}" (${type}), and octavec gives ${[...inputRoles.keys()].join(', ')} as integers`,
      });
    }
    return { name: input.name, role, type };
  });
  if (!bindings.some(({ role }) => role === 'ids')) {
    throw new OctavecError('MODEL_OUTPUT', { path, why: 'it has no input "input_ids"' });
  }
  return bindings;
}

/** Pads a batch on the right to its longest text and fills every input of the model: [texts, longest] each. */
export function paddedFeeds(
  inputs: readonly InputBinding[],
  { ids, offsets }: TokenBatch,
  longest: number,
  padTokenId: number,
): readonly Feed[] {
  const texts = offsets.length - 1;
  return inputs.map(({ name, role, type }) => {
    const size = texts * longest;
    const data = type === 'int64' ? new BigInt64Array(size) : new Int32Array(size);
    // All values are small and not negative: the low half of a little-endian 64-bit number is enough.
    const words = new Int32Array(data.buffer);
    const stride = type === 'int64' ? 2 : 1;
    if (role !== 'types') {
      for (let text = 0; text < texts; text++) {
        const start = offsets[text];
        const length = offsets[text + 1] - start;
        for (let i = 0; i < longest; i++) {
          const isToken = i < length;
          const word = (text * longest + i) * stride;
          if (role === 'ids') {
            words[word] = isToken ? ids[start + i] : padTokenId;
          } else if (isToken) {
            words[word] = role === 'mask' ? 1 : i;
          }
        }
      }
    }
    return { name, type, data, dims: [texts, longest] };
  });
}

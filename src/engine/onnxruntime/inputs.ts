import { OctavecError } from '../../base/index.js';
import { type FixedShape, fixedShape, type InputRole, inputRoles } from '../../output/index.js';
import type { TokenBatch } from '../engine.js';

/** An input as the run time describes it. */
export interface DeclaredInput {
  readonly name: string;
  readonly type?: string;
  /** Numbers, and names where the model leaves them open. */
  readonly shape?: readonly (number | string)[];
}

/** An input of the model, and what octavec gives it. */
export interface InputBinding {
  readonly name: string;
  readonly role: InputRole;
  readonly type: 'int32' | 'int64';
}

/** All inputs of a model, and the sizes that it fixes. */
export interface BoundInputs {
  readonly bindings: readonly InputBinding[];
  readonly fixed: FixedShape;
}

/** A tensor to be fed: [texts, tokens]. */
export interface Feed {
  readonly name: string;
  readonly type: 'int32' | 'int64';
  readonly data: Int32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/**
 * Matches the inputs that a model declares with what octavec can give.
 *
 * @throws MODEL_OUTPUT for an input that is unknown, not of integers or not [batch, tokens]
 */
export function bindInputs(declared: readonly DeclaredInput[], path: string): BoundInputs {
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
  return { bindings, fixed: fixedShape(declared, path) };
}

/** The size of the tensors that a batch is fed as. */
export function paddedShape({ fixed }: BoundInputs, { offsets }: TokenBatch): Required<FixedShape> {
  let longest = 0;
  for (let text = 1; text < offsets.length; text++) {
    longest = Math.max(longest, offsets[text] - offsets[text - 1]);
  }
  return { texts: fixed.texts ?? offsets.length - 1, tokens: fixed.tokens ?? longest };
}

/**
 * Pads a batch on the right and fills every input of the model: [texts, tokens] each. Places for texts that there are
 * not get a padding token that is looked at, for an attention to nothing at all is not a number.
 */
export function paddedFeeds(
  { bindings }: BoundInputs,
  { ids, offsets, types }: TokenBatch,
  { texts, tokens }: Required<FixedShape>,
  padTokenId: number,
): readonly Feed[] {
  const given = offsets.length - 1;
  return bindings.map(({ name, role, type }) => {
    const size = texts * tokens;
    const data = type === 'int64' ? new BigInt64Array(size) : new Int32Array(size);
    // All values are small and not negative: the low half of a little-endian 64-bit number is enough.
    const words = new Int32Array(data.buffer);
    const stride = type === 'int64' ? 2 : 1;
    const source = { ids, types, mask: undefined, positions: undefined }[role];
    if (role !== 'types' || types !== undefined) {
      for (let text = 0; text < texts; text++) {
        const start = offsets[text];
        const length = text < given ? offsets[text + 1] - start : 0;
        for (let i = 0; i < tokens; i++) {
          const isToken = i < length;
          const word = (text * tokens + i) * stride;
          if (isToken) {
            words[word] = source?.[start + i] ?? (role === 'mask' ? 1 : i);
          } else if (role === 'ids') {
            words[word] = padTokenId;
          } else if (role === 'mask' && i === 0) {
            words[word] = 1;
          }
        }
      }
    }
    return { name, type, data, dims: [texts, tokens] };
  });
}

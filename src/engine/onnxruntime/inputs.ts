import { OctavecError } from '../../base/index.js';
import { emptyPast, type FixedShape, fixedShape, inputRole, type TextRole, textRoles } from '../../output/index.js';
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
  readonly role: TextRole;
  readonly type: 'int32' | 'int64';
}

/** An input for keys and values of tokens that came before, of which there are none. */
interface PastBinding {
  readonly name: string;
  readonly type: 'float32' | 'float16';
  readonly shape: readonly (number | string)[];
}

/** All inputs of a model, and the sizes that it fixes. */
export interface BoundInputs {
  readonly bindings: readonly InputBinding[];
  readonly past: readonly PastBinding[];
  readonly fixed: FixedShape;
}

/** A tensor to be fed: [texts, tokens], or an empty past, [texts, heads, 0, width]. */
export interface Feed {
  readonly name: string;
  readonly type: 'int32' | 'int64' | 'float32' | 'float16';
  readonly data: Int32Array | BigInt64Array | Float32Array | Uint16Array;
  readonly dims: readonly number[];
}

/**
 * Matches the inputs that a model declares with what octavec can give.
 *
 * @throws MODEL_OUTPUT for an input that is unknown, not of integers or not [batch, tokens]
 */
export function bindInputs(declared: readonly DeclaredInput[], path: string): BoundInputs {
  const bindings: InputBinding[] = [];
  const past: PastBinding[] = [];
  for (const input of declared) {
    const role = inputRole(input.name);
    const { name, type = 'not a tensor', shape } = input;
    if (role === 'past' && (type === 'float32' || type === 'float16') && emptyPast(shape, 1) !== undefined) {
      past.push({ name, type, shape: shape ?? [] });
    } else if (role !== undefined && role !== 'past' && (type === 'int64' || type === 'int32')) {
      bindings.push({ name, role, type });
    } else {
      const asked = `it asks for the input "${name}" (${type}${role === 'past' ? ` [${shape?.join(', ')}]` : ''})`;
      const offered = `${[...textRoles.keys()].join(', ')} as integers, and an empty past_key_values of fixed heads and width`;
      throw new OctavecError('MODEL_OUTPUT', { path, why: `${asked}, and octavec gives ${offered}` });
    }
  }
  if (!bindings.some(({ role }) => role === 'ids')) {
    throw new OctavecError('MODEL_OUTPUT', { path, why: 'it has no input "input_ids"' });
  }
  return { bindings, past, fixed: fixedShape(declared, path) };
}

/** Returns the size of the tensors that a batch is fed as. */
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
  { bindings, past }: BoundInputs,
  batch: TokenBatch,
  { texts, tokens }: Required<FixedShape>,
  padTokenId: number,
): readonly Feed[] {
  const feeds = bindings.map(({ name, role, type }): Feed => {
    const size = texts * tokens;
    const data = type === 'int64' ? new BigInt64Array(size) : new Int32Array(size);
    if (role !== 'types' || batch.types !== undefined) {
      fill(data, role, batch, { texts, tokens }, padTokenId);
    }
    return { name, type, data, dims: [texts, tokens] };
  });
  return [...feeds, ...past.map((input) => emptyFeed(input, texts))];
}

/** Fills an input. What stays 0 is the type of a first text, or padding that nobody looks at. */
function fill(
  data: BigInt64Array | Int32Array,
  role: TextRole,
  { ids, offsets, types }: TokenBatch,
  { texts, tokens }: Required<FixedShape>,
  padTokenId: number,
): void {
  // All values are small and not negative: the low half of a little-endian 64-bit number is enough.
  const words = new Int32Array(data.buffer);
  const stride = words.length / data.length;
  const source = { ids, types, mask: undefined, positions: undefined }[role];
  const given = offsets.length - 1;
  for (let text = 0; text < texts; text++) {
    const start = offsets[text];
    const length = text < given ? offsets[text + 1] - start : 0;
    for (let i = 0; i < tokens; i++) {
      const word = (text * tokens + i) * stride;
      if (i < length) {
        words[word] = source?.[start + i] ?? (role === 'mask' ? 1 : i);
      } else if (role === 'ids') {
        words[word] = padTokenId;
      } else if (role === 'mask' && i === 0) {
        words[word] = 1;
      }
    }
  }
}

function emptyFeed({ name, type, shape }: PastBinding, texts: number): Feed {
  const data = type === 'float32' ? new Float32Array() : new Uint16Array();
  return { name, type, data, dims: emptyPast(shape, texts) ?? [] };
}

import type { TokenizedPart } from './tokenizer-protocol.js';

/** Packs the rows of several texts into arrays that can be transferred to another thread. */
export function packRows(
  texts: readonly (readonly (readonly number[])[])[],
): Pick<TokenizedPart, 'ids' | 'offsets' | 'rowOffsets'> {
  const rowOffsets = new Int32Array(texts.length + 1);
  texts.forEach((rows, text) => {
    rowOffsets[text + 1] = rowOffsets[text] + rows.length;
  });
  const rows = texts.flat();
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    offsets[i + 1] = offsets[i] + row.length;
  });
  const ids = new Int32Array(offsets[rows.length]);
  rows.forEach((row, i) => {
    ids.set(row, offsets[i]);
  });
  return { ids, offsets, rowOffsets };
}

/** Joins several packs, one after the other. */
export function joinPacks(packs: readonly TokenizedPart[]): Omit<TokenizedPart, 'failures'> {
  if (packs.length === 1) {
    return packs[0];
  }
  return {
    ids: joined(packs.map(({ ids }) => ids)),
    offsets: joinedOffsets(packs.map(({ offsets }) => offsets)),
    rowOffsets: joinedOffsets(packs.map(({ rowOffsets }) => rowOffsets)),
    lengths: joined(packs.map(({ lengths }) => lengths)),
    types: packs.every(({ types }) => types) ? joined(packs.flatMap(({ types }) => types ?? [])) : undefined,
  };
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/** Lists of offsets, each from 0 on, as one list. */
function joinedOffsets(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length - 1, 1));
  let position = 0;
  for (const part of parts) {
    const base = whole[position];
    for (let i = 1; i < part.length; i++) {
      whole[position + i] = base + part[i];
    }
    position += part.length - 1;
  }
  return whole;
}

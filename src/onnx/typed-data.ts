import { bytesOf } from '../base/index.js';
import { bitsPerElement, dataType } from './element-types.js';
import type { TensorProto } from './messages.js';
import { varintWords } from './varint.js';

/**
 * Returns the typed data fields of a tensor (float_data, int32_data, …) as raw little-endian bytes; onnx.proto says at
 * TensorProto which field holds which type.
 *
 * @returns undefined if the field's bytes are no row of numbers
 */
export function typedDataBytes(tensor: TensorProto): Uint8Array | undefined {
  switch (tensor.dataType) {
    case dataType.float:
    case dataType.complex64:
      return tensor.floatData ?? none;
    case dataType.double:
    case dataType.complex128:
      return tensor.doubleData ?? none;
    case dataType.int64:
      return integerBytes(tensor.int64Data, 2);
    case dataType.uint64:
      return integerBytes(tensor.uint64Data, 2);
    case dataType.uint32:
      return integerBytes(tensor.uint64Data, 1);
    default:
      return narrowed(tensor.int32Data ?? none, bitsPerElement(tensor.dataType ?? 0));
  }
}

const none = new Uint8Array();

/** Returns the integers of a field as words of 32 bits, one or two for each; undefined if they cannot be read. */
function integerBytes(field: Uint8Array | undefined, wordsEach: 1 | 2): Uint8Array | undefined {
  const words = varintWords(field ?? none, wordsEach);
  return words && bytesOf(words);
}

/**
 * Narrows int32_data to elements of the given bits. Those of 4 and 2 bits come as whole bytes, those of 6 one by one.
 */
function narrowed(int32Data: Uint8Array, bits: number | undefined): Uint8Array | undefined {
  const words = varintWords(int32Data, 1);
  if (words === undefined || bits === 32) {
    return words && bytesOf(words);
  }
  if (bits === 16) {
    return bytesOf(new Uint16Array(words));
  }
  return bits === 6 ? packedSixes(words) : new Uint8Array(words);
}

/** Packs six-bit elements without gaps, low bits first: four in three bytes. */
function packedSixes(values: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((values.length * 6) / 8));
  for (let i = 0; i < values.length; i++) {
    const bit = i * 6;
    const shifted = (values[i] & 0x3f) << (bit & 7);
    bytes[bit >>> 3] |= shifted;
    if (shifted > 0xff) {
      bytes[(bit >>> 3) + 1] |= shifted >>> 8;
    }
  }
  return bytes;
}

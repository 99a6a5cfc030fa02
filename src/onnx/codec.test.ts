import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesField, concat, fixed32Field, varintField } from '../../test/support/protobuf.js';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import { decodeModel } from './decode.js';
import { encodedSize, encodeModel } from './encode.js';
import type { ModelProto } from './messages.js';
import { fieldLists, type MessageName, type NamedField } from './schema.js';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => new Uint8Array(array));
const unknownFields = fc.array(
  fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => varintField(777, value)),
    bytes.map((content) => bytesField(778, content)),
    fc.float().map((value) => fixed32Field(779, value)),
  ),
  { minLength: 1, maxLength: 3 },
);

function anyValueOf(field: NamedField, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'int':
      return fc.maxSafeInteger();
    case 'int64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'float':
      return fc.float();
    case 'string':
      return text;
    default:
      return field.message === undefined ? bytes : messageOf(field.message, depth - 1);
  }
}

/** Any message of the schema; fields that nest are left out below the depth. */
function messageOf(name: MessageName, depth: number): fc.Arbitrary<unknown> {
  const optional: Record<string, fc.Arbitrary<unknown>> = { unknownFields };
  const repeated: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of fieldLists[name]) {
    const value = field.message !== undefined && depth === 0 ? undefined : anyValueOf(field, depth);
    if (field.repeated) {
      repeated[field.key] = value === undefined ? fc.constant([]) : fc.array(value, { maxLength: 3 });
    } else if (value !== undefined) {
      optional[field.key] = value;
    }
  }
  const required = Object.keys(repeated);
  return fc.record({ ...optional, ...repeated }, { requiredKeys: required });
}

const encoded = (model: ModelProto) => new Uint8Array(Buffer.concat(encodeModel(model)));

/** Messages made at random; `npm run test:long` takes 2,000. */
const numRuns = Number(process.env.OCTAVEC_TEST_MESSAGES ?? 40);

test('every message that can be made comes back as it was, in as many bytes as announced', () => {
  fc.assert(
    fc.property(messageOf('ModelProto', 4), (message) => {
      const file = encoded(message as ModelProto);
      expect(file).toHaveLength(encodedSize(message as ModelProto));
      const back = decodeModel(file, 'x');
      expect(back).toEqual(message);
      expect(encoded(back)).toEqual(file);
    }),
    { numRuns },
  );
});

describe('files of real exporters come back byte for byte', () => {
  test.each(tinyModelPaths())('%s', (path) => {
    const file = readFileSync(path);
    const pieces = encodeModel(decodeModel(file, path));
    expect(Buffer.concat(pieces).equals(file)).toBe(true);
    // Large tensors are handed through.
    expect(pieces.some((piece) => piece.buffer === file.buffer && piece.length > 1e5)).toBe(true);
  });
});

test('large text and data lie between small fields where they belong', () => {
  const large = new Uint8Array(100_000).fill(7);
  const model = decodeModel(concat(varintField(1, 8), bytesField(2, 'é'.repeat(50_000)), bytesField(7, '')), 'x');
  const tensor = { dims: [], name: 'large', rawData: large, stringData: [], externalData: [], metadataProps: [] };
  const graph = { ...model.graph, initializer: [tensor, tensor, { ...tensor, rawData: large.subarray(0, 9) }] };
  const back = decodeModel(encoded({ ...model, graph } as ModelProto), 'x');
  expect(back.producerName).toHaveLength(50_000);
  expect(back.graph?.initializer.map((item) => item.rawData?.length)).toEqual([100_000, 100_000, 9]);
});

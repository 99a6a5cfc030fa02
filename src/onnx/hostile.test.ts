import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuClock } from '../../test/support/cpu-time.js';
import { bytesField, concat, messageField, modelWith, varint, varintField } from '../../test/support/protobuf.js';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import { OctavecError } from '../base/index.js';
import { encodeModel } from './encode.js';
import { limits } from './limits.js';
import { parseModel } from './read-model.js';
import { tensorBytes } from './tensor.js';
import { everyTensor } from './walk-tensors.js';

/**
 * Reads a file and believes it: looks at every tensor and writes it again. The code of the error, if it is one of the
 * table; any other error is thrown.
 */
function outcome(bytes: Uint8Array): string {
  try {
    const model = parseModel(bytes, 'hostile.onnx');
    for (const tensor of everyTensor(model.proto)) {
      tensorBytes(model, tensor);
    }
    encodeModel(model.proto);
    return 'model';
  } catch (error) {
    if (error instanceof OctavecError) {
      expect(error.message.length).toBeLessThan(2000);
      return error.code;
    }
    throw error;
  }
}

/** Runs and checks that CPU time and memory stay within bounds. */
function bounded<Result>(run: () => Result, { seconds, megabytes }: { seconds: number; megabytes: number }): Result {
  const memory = process.memoryUsage();
  const cpuMs = cpuClock();
  const result = run();
  const took = cpuMs() / 1000;
  const grown = process.memoryUsage();
  expect(took).toBeLessThan(seconds);
  const more = grown.heapUsed - memory.heapUsed + grown.arrayBuffers - memory.arrayBuffers;
  expect(more / 1e6).toBeLessThan(megabytes);
  return result;
}

type Mutation = (bytes: Uint8Array) => Uint8Array;

/** A place in a file of any length. */
const anywhere = fc.noBias(fc.nat({ max: 2 ** 30 - 1 }));
const at = (bytes: Uint8Array, place: number) => Math.floor((place / 2 ** 30) * bytes.length);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(anywhere, fc.integer({ min: 0, max: 7 })).map(
    ([position, bit]): Mutation =>
      (bytes) => {
        bytes[at(bytes, position)] ^= 1 << bit;
        return bytes;
      },
  ),
  fc.tuple(anywhere, fc.uint8Array({ minLength: 1, maxLength: 12 })).map(
    ([position, run]): Mutation =>
      (bytes) => {
        bytes.set(run.subarray(0, bytes.length - at(bytes, position)), at(bytes, position));
        return bytes;
      },
  ),
  // A length or dimension out of all proportion.
  fc.tuple(anywhere, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map(
    ([position, value]): Mutation =>
      (bytes) => {
        const start = at(bytes, position);
        return concat(bytes.subarray(0, start), varint(value), bytes.subarray(start));
      },
  ),
  anywhere.map(
    (position): Mutation =>
      (bytes) =>
        bytes.subarray(0, at(bytes, position)),
  ),
  fc.tuple(anywhere, anywhere).map(
    ([from, to]): Mutation =>
      (bytes) => {
        const [start, end] = [at(bytes, from), at(bytes, to)].sort((a, b) => a - b);
        return concat(bytes.subarray(0, start), bytes.subarray(end));
      },
  ),
);

/** A model's file with the data of its large tensors cut down to nothing, so that mutations hit its structure. */
function skeleton(path: string): Uint8Array {
  const { proto } = parseModel(readFileSync(path), path);
  const initializer = proto.graph.initializer.map((tensor) =>
    (tensor.rawData?.length ?? 0) > 64 ? { ...tensor, dims: [0], rawData: new Uint8Array() } : tensor,
  );
  return new Uint8Array(Buffer.concat(encodeModel({ ...proto, graph: { ...proto.graph, initializer } })));
}

describe('real files with damage are models or errors of the table, soon and in little memory', () => {
  test.each(tinyModelPaths())('%s', (path) => {
    const whole = skeleton(path);
    expect(outcome(whole)).toBe('model');
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        let damaged: Uint8Array = whole.slice();
        for (const mutate of mutations) {
          damaged = damaged.length === 0 ? damaged : mutate(damaged);
        }
        outcomes.add(bounded(() => outcome(damaged), { seconds: 2, megabytes: 100 }));
      }),
      { numRuns: 120 },
    );
    // Otherwise the damage would not have been worth the name.
    expect([...outcomes]).toContain('ONNX_CORRUPT');
  });
});

test('random bytes behind a sound beginning', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      outcome(concat([0x08, 0x08, 0x3a], varint(bytes.length), bytes));
      outcome(concat([0x08, 0x08], bytes));
    }),
    { numRuns: 2000 },
  );
});

/** `count` times the same bytes. */
function repeated(part: Uint8Array, count: number): Uint8Array {
  return new Uint8Array(Buffer.alloc(part.length * count, part));
}

/** A model whose graph holds these bytes beside what a model needs. */
function withGraphBytes(bytes: Uint8Array): Uint8Array {
  const tail = modelWith();
  const header = Buffer.concat([varint(7 * 8 + 2), varint(bytes.length)]);
  return new Uint8Array(Buffer.concat([tail, header, bytes]));
}

describe('bombs', () => {
  /** Small messages of which a few megabytes hold millions. */
  const crumbs: [string, Uint8Array][] = [
    ['nodes', messageField(1)],
    ['nodes with an attribute', messageField(1, messageField(5))],
    ['nodes with a tensor', messageField(1, messageField(5, messageField(5)))],
    ['initializers', messageField(5)],
    ['inputs', messageField(11)],
    ['unknown fields', varintField(500, 1)],
    ['names', bytesField(2, 'a')],
    ['annotations', messageField(14, messageField(2))],
  ];

  /** A file at the limit takes seconds: the others' turn is in `npm run test:long`. */
  const tried = process.env.OCTAVEC_TEST_LONG ? crumbs : crumbs.slice(2, 4);

  test.each(tried)('as many %s as the limit allows', (_, crumb) => {
    const perCrumb = crumb[0] === 0x0a && crumb.length > 2 ? (crumb.length - 2) / 2 + 1 : 1;
    const bytes = withGraphBytes(repeated(crumb, Math.floor((limits.items * 0.99) / perCrumb / 2)));
    bounded(() => outcome(bytes), { seconds: 20, megabytes: 1500 });
  });

  test.each(crumbs.slice(process.env.OCTAVEC_TEST_LONG ? -3 : -1))('more %s than the limit allows', (_, crumb) => {
    const bytes = withGraphBytes(repeated(crumb, limits.items + 1));
    const code = bounded(() => outcome(bytes), { seconds: 20, megabytes: 1500 });
    expect(code).toBe('ONNX_LIMIT');
  });

  test('a list of numbers in an attribute', () => {
    const ints = bytesField(8, new Uint8Array(limits.items + 1));
    const bytes = withGraphBytes(messageField(1, messageField(5, ints)));
    expect(bounded(() => outcome(bytes), { seconds: 20, megabytes: 1500 })).toBe('ONNX_LIMIT');
  });

  test('text without end', () => {
    const text = Buffer.concat([
      varint(10 * 8 + 2),
      varint(limits.textBytes + 1),
      Buffer.alloc(limits.textBytes + 1, 0x61),
    ]);
    expect(bounded(() => outcome(withGraphBytes(text)), { seconds: 5, megabytes: 600 })).toBe('ONNX_LIMIT');
  });

  test('graphs in graphs', () => {
    const nested = (depth: number) => {
      let graph = concat();
      for (let i = 0; i < depth; i++) {
        graph = concat(messageField(1, messageField(5, bytesField(6, graph))));
      }
      return modelWith(graph);
    };
    expect(outcome(nested(20))).toBe('model');
    expect(outcome(nested(30))).toBe('ONNX_LIMIT');
    expect(outcome(nested(3000))).toBe('ONNX_LIMIT');
  });

  test('a graph whose many branches all see many names', () => {
    const node = (i: number) =>
      messageField(1, bytesField(2, `v${i}`), messageField(5, messageField(6, messageField(12, bytesField(1, 'x')))));
    const nodes = Array.from({ length: 50_000 }, (_, i) => node(i));
    const bytes = withGraphBytes(new Uint8Array(Buffer.concat(nodes)));
    expect(bounded(() => outcome(bytes), { seconds: 10, megabytes: 1000 })).toBe('model');
  });

  test('a tensor that claims 4 GB', () => {
    const tensor = concat(bytesField(8, 't'), varintField(1, 2 ** 30), varintField(2, 1), bytesField(9, 'abcd'));
    expect(bounded(() => outcome(modelWith(messageField(5, tensor))), { seconds: 1, megabytes: 10 })).toBe(
      'ONNX_CORRUPT',
    );
  });

  test('names that would command a terminal or flood it', () => {
    const name = `\u001b]0;owned\u0007\r\n${'long'.repeat(1e5)}`;
    const tensor = concat(bytesField(8, name), varintField(1, 3), varintField(2, 1));
    const bytes = modelWith(messageField(5, tensor));
    expect(() => parseModel(bytes, 'x')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^[ -~…]{1,400}$/) }),
    );
    expect(outcome(bytes)).toBe('ONNX_CORRUPT');
  });
});

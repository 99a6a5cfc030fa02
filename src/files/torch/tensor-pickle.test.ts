import { describe, expect, test } from 'vitest';
import { PickleProblem, readTensorPickle } from './tensor-pickle.js';

// Instructions by hand, from the table of pickletools.py

const bytes = (...parts: readonly (number | string | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))));

const proto2 = bytes(0x80, 2);
const stop = '.';
/** BINUNICODE */
const text = (value: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return bytes('X', length, value);
};
/** BININT1 */
const int = (value: number): Buffer => bytes('K', value);
/** GLOBAL */
const name = (module: string, own: string): Buffer => Buffer.from(`c${module}\n${own}\n`);
const tuple = (...items: readonly Buffer[]): Buffer => bytes('(', ...items, 't');

const storage = (type: string, key: string, count: number): Buffer =>
  bytes(tuple(text('storage'), name('torch', type), text(key), text('cpu'), int(count)), 'Q');

const tensor = (stored: Buffer, offset: number, dims: readonly number[], strides: readonly number[]): Buffer =>
  bytes(
    name('torch._utils', '_rebuild_tensor_v2'),
    tuple(
      stored,
      int(offset),
      tuple(...dims.map(int)),
      tuple(...strides.map(int)),
      Buffer.of(0x89),
      bytes(name('collections', 'OrderedDict'), ')', 'R'),
    ),
    'R',
  );

const negative = bytes(
  name('torch._utils', '_rebuild_tensor_v2'),
  tuple(storage('FloatStorage', '0', 6), bytes('J', Buffer.alloc(4, 0xff)), tuple(), tuple()),
  'R',
);

const weight = tensor(storage('FloatStorage', '0', 6), 0, [2, 3], [3, 1]);
const dictionary = (...items: readonly Buffer[]): Buffer => bytes(proto2, '}', '(', ...items, 'u', stop);

describe('a dictionary of tensors', () => {
  test('is read, with where each one lies', () => {
    const found = readTensorPickle(
      dictionary(text('w'), weight, text('b'), tensor(storage('HalfStorage', '1', 3), 2, [], [])),
    );
    expect([...found]).toEqual([
      [
        'w',
        {
          kind: 'tensor',
          storage: { kind: 'storage', type: 'FloatStorage', key: '0', count: 6 },
          offset: 0,
          dims: [2, 3],
          strides: [3, 1],
        },
      ],
      [
        'b',
        {
          kind: 'tensor',
          storage: { kind: 'storage', type: 'HalfStorage', key: '1', count: 3 },
          offset: 2,
          dims: [],
          strides: [],
        },
      ],
    ]);
  });

  test('may be ordered, hold parameters, and carry a state', () => {
    const parameter = bytes(
      name('torch._utils', '_rebuild_parameter'),
      tuple(weight, Buffer.of(0x88), bytes(name('collections', 'OrderedDict'), ')', 'R')),
      'R',
    );
    const state = bytes('}', text('_metadata'), bytes(name('collections', 'OrderedDict'), ')', 'R'), 's');
    const ordered = bytes(
      proto2,
      name('collections', 'OrderedDict'),
      ')',
      'R',
      text('w'),
      parameter,
      's',
      state,
      'b',
      stop,
    );
    expect([...readTensorPickle(ordered).keys()]).toEqual(['w']);
  });

  test('names things again that it has named before', () => {
    // BINPUT 7 behind the storage, BINGET 7 in its place
    const first = tensor(bytes(storage('FloatStorage', 'shared', 6), 'q', 7), 0, [6], [1]);
    const second = tensor(bytes('h', 7), 0, [2, 3], [3, 1]);
    const found = readTensorPickle(dictionary(text('a'), first, text('b'), second));
    expect(found.get('b')?.storage).toBe(found.get('a')?.storage);
  });

  test('has sizes of any width', () => {
    const long = bytes(0x8a, 4, Buffer.from([0x40, 0x42, 0x0f, 0]));
    const wide = bytes(
      name('torch._utils', '_rebuild_tensor_v2'),
      tuple(
        storage('FloatStorage', '0', 1),
        bytes('J', Buffer.from([1, 0, 1, 0])),
        tuple(long),
        tuple(bytes('M', 0x01, 0x01)),
      ),
      'R',
    );
    expect(readTensorPickle(dictionary(text('w'), wide)).get('w')).toMatchObject({
      offset: 65_537,
      dims: [1_000_000],
      strides: [257],
    });
  });
});

describe('anything else is refused, and nothing is run', () => {
  test.each<[string, Buffer, RegExp]>([
    ['a call of the system', bytes(proto2, name('os', 'system'), tuple(text('rm -rf /')), 'R', stop), /os\.system/],
    ['a built-in', bytes(proto2, name('builtins', 'eval'), tuple(text('1')), 'R', stop), /builtins\.eval/],
    ['a name with another in front', bytes(proto2, name('x.torch', 'FloatStorage'), stop), /x\.torch/],
    ['a call of a storage', bytes(proto2, name('torch', 'FloatStorage'), ')', 'R', stop), /torch\.FloatStorage/],
    ['a name made on the stack', bytes(0x80, 4, text('os'), text('system'), 0x93, stop), /os\.system/],
    ['a list', bytes(proto2, ']', stop), /dictionary/],
    ['a checkpoint', dictionary(text('epoch'), int(3)), /"epoch".*checkpoint/],
    ['a key that is no text', dictionary(int(1), weight), /"1"/],
    ['half an item', bytes(proto2, '}', '(', text('w'), 'u', stop), /no dictionary/],
    ['a tensor that begins before its numbers', dictionary(text('w'), negative), /wrong kinds/],
    ['an end without its beginning', bytes(proto2, 't', stop), /without its beginning/],
    ['an empty stack', bytes(proto2, stop), /nothing to work on/],
    ['a memory of nothing', bytes(proto2, 'h', 3, stop), /never kept/],
    ['an unknown instruction', bytes(proto2, 'i', stop), /0x69 \("i"\)/],
    ['a storage that is no tuple', bytes(proto2, text('0'), 'Q', stop), /storage of numbers/],
    ['a number of 72 bits', bytes(proto2, 0x8a, 9, Buffer.alloc(9), stop), /64 bits/],
    ['a text that is cut off', bytes(proto2, 'X', Buffer.from([255, 0, 0, 0]), 'abc'), /cut off/],
    ['no stop', proto2, /cut off/],
    ['nothing', Buffer.alloc(0), /cut off/],
  ])('%s', (_, pickle, why) => {
    expect(() => readTensorPickle(pickle)).toThrow(PickleProblem);
    expect(() => readTensorPickle(pickle)).toThrow(why);
  });
});

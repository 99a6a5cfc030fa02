/**
 * Reads the pickle of a PyTorch state dict, and nothing else. A pickle is a program; this machine knows the instructions that
 * build dictionaries of tensors, calls three functions by looking at their names, and refuses whatever else is in it.
 * Nothing of the file is ever run. Instructions: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */

/** The bytes that tensors share, a file of the archive. */
export interface PickledStorage {
  readonly kind: 'storage';
  /** "FloatStorage" */
  readonly type: string;
  /** Name of the file. */
  readonly key: string;
  readonly count: number;
}

export interface PickledTensor {
  readonly kind: 'tensor';
  readonly storage: PickledStorage;
  /** In elements, as the strides are. */
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
}

interface Callable {
  readonly kind: 'callable';
  readonly name: string;
}

type Value =
  | null
  | boolean
  | number
  | string
  | Value[]
  | Map<Value, Value>
  | Callable
  | PickledStorage
  | PickledTensor
  | typeof mark;

const mark: unique symbol = Symbol('mark');

/** What a pickle may name. The types of storages are tags; the others are called, in the way that stands below. */
const storageTypes = /^torch (Float|Half|BFloat16|Double|Long|Int|Short|Char|Byte|Bool)Storage$/;
const calls: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
  'collections OrderedDict': (args) => (args.length === 0 ? new Map() : refuse('an ordered dictionary with contents')),
  'torch._utils _rebuild_tensor_v2': ([storage, offset, dims, strides]) => {
    if (!isKind(storage, 'storage') || !isCount(offset) || !isCounts(dims) || !isCounts(strides)) {
      return refuse('a tensor whose parts are of the wrong kinds');
    }
    return { kind: 'tensor', storage, offset, dims, strides };
  },
  'torch._utils _rebuild_parameter': ([tensor]) =>
    isKind(tensor, 'tensor') ? tensor : refuse('a parameter that is no tensor'),
};

/** Why a pickle is refused. */
export class PickleProblem extends Error {}

function refuse(what: string): never {
  throw new PickleProblem(`it holds ${what}`);
}

/**
 * Reads the tensors of a state dict by name.
 *
 * @throws PickleProblem
 */
export function readTensorPickle(bytes: Buffer): ReadonlyMap<string, PickledTensor> {
  const value = new Machine(bytes).run();
  if (!(value instanceof Map)) {
    return refuse('something else than a dictionary of tensors');
  }
  const tensors = new Map<string, PickledTensor>();
  for (const [name, tensor] of value) {
    if (typeof name !== 'string' || !isKind(tensor, 'tensor')) {
      return refuse(`"${String(name)}", which is no tensor: it may be a checkpoint of a training`);
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

class Machine {
  readonly #bytes: Buffer;
  readonly #stack: Value[] = [];
  readonly #memo = new Map<number, Value>();
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  run(): Value {
    for (;;) {
      const code = this.#byte();
      if (code === 0x2e) {
        return this.#pop();
      }
      const step = this.#steps[code];
      if (step === undefined) {
        const character = code > 0x20 && code < 0x7f ? ` ("${String.fromCharCode(code)}")` : '';
        refuse(`the instruction 0x${code.toString(16)}${character}, which a dictionary of tensors does without`);
      }
      step();
    }
  }

  /** By their codes, in the order of the protocol's tables. */
  readonly #steps: Readonly<Record<number, () => void>> = {
    40: () => this.#push(mark),
    41: () => this.#push([]),
    74: () => this.#push(this.#take(4).readInt32LE()),
    75: () => this.#push(this.#byte()),
    77: () => this.#push(this.#take(2).readUInt16LE()),
    78: () => this.#push(null),
    81: () => this.#push(storageOf(this.#pop())),
    82: () => this.#call(),
    88: () => this.#push(this.#text(this.#take(4).readUInt32LE())),
    93: () => this.#push([]),
    97: () => this.#append([this.#pop()]),
    98: () => this.#build(),
    99: () => this.#push(callable(`${this.#line()} ${this.#line()}`)),
    101: () => this.#append(this.#popMark()),
    104: () => this.#push(this.#recall(this.#byte())),
    106: () => this.#push(this.#recall(this.#take(4).readUInt32LE())),
    113: () => this.#memo.set(this.#byte(), this.#top()),
    114: () => this.#memo.set(this.#take(4).readUInt32LE(), this.#top()),
    115: () => this.#setItems(this.#popSome(2)),
    116: () => this.#push(this.#popMark()),
    117: () => this.#setItems(this.#popMark()),
    125: () => this.#push(new Map()),
    128: () => this.#byte(),
    133: () => this.#push(this.#popSome(1)),
    134: () => this.#push(this.#popSome(2)),
    135: () => this.#push(this.#popSome(3)),
    136: () => this.#push(true),
    137: () => this.#push(false),
    138: () => this.#push(this.#long(this.#byte())),
    140: () => this.#push(this.#text(this.#byte())),
    147: () => {
      const [module, name] = this.#popSome(2);
      this.#push(callable(`${String(module)} ${String(name)}`));
    },
    148: () => this.#memo.set(this.#memo.size, this.#top()),
    149: () => this.#take(8),
  };

  #call(): void {
    const [what, args] = this.#popSome(2);
    if (!isKind(what, 'callable') || !Array.isArray(args)) {
      refuse('a call of something that is no function');
    }
    const call = Object.hasOwn(calls, what.name) ? calls[what.name] : undefined;
    this.#push(call === undefined ? refuse(`a call of ${what.name.replace(' ', '.')}`) : call(args));
  }

  /** Sets the state of an object after it was made: versions of modules, which say nothing of tensors. */
  #build(): void {
    this.#pop();
    if (!(this.#top() instanceof Map)) {
      refuse('a state that is set on something else than a dictionary');
    }
  }

  #setItems(items: readonly Value[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0) {
      refuse('items of something that is no dictionary');
    }
    for (let i = 0; i < items.length; i += 2) {
      map.set(items[i], items[i + 1]);
    }
  }

  #append(items: readonly Value[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) {
      refuse('items of something that is no list');
    }
    for (const item of items) {
      list.push(item);
    }
  }

  #push(value: Value): void {
    this.#stack.push(value);
  }

  #pop(): Value {
    const value = this.#stack.pop();
    return value === undefined || value === mark ? refuse('an instruction that finds nothing to work on') : value;
  }

  #top(): Value {
    const value = this.#stack.at(-1);
    return value === undefined || value === mark ? refuse('an instruction that finds nothing to work on') : value;
  }

  #popSome(count: number): Value[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popMark(): Value[] {
    const start = this.#stack.lastIndexOf(mark);
    if (start < 0) {
      refuse('an end without its beginning');
    }
    return this.#stack.splice(start).slice(1);
  }

  #recall(key: number): Value {
    const value = this.#memo.get(key);
    return value === undefined ? refuse('a reference to what was never kept') : value;
  }

  #byte(): number {
    return this.#take(1)[0];
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) {
      refuse('no end: it is cut off');
    }
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  #text(length: number): string {
    return this.#take(length).toString('utf8');
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    const line = this.#text((end < 0 ? this.#bytes.length : end) - this.#at);
    this.#take(1);
    return line;
  }

  /** Reads a whole number in two's complement, little-endian. */
  #long(length: number): number {
    const bytes = this.#take(length);
    if (length > 8) {
      refuse('a number of more than 64 bits');
    }
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) {
      value = (value << 8n) | BigInt(bytes[i]);
    }
    return Number(BigInt.asIntN(8 * length, value));
  }
}

/**
 * Returns the function that a name stands for.
 *
 * @throws PickleProblem for names that are not among those that are known
 */
function callable(name: string): Callable {
  return storageTypes.test(name) || Object.hasOwn(calls, name)
    ? { kind: 'callable', name }
    : refuse(`the name ${name.replace(' ', '.')}, which is no part of a dictionary of tensors`);
}

/** Reads a storage from ('storage', type, key, device, number of elements). */
function storageOf(id: Value): PickledStorage {
  const [tag, type, key, , count] = Array.isArray(id) ? id : [];
  if (tag !== 'storage' || !isKind(type, 'callable') || typeof key !== 'string' || !isCount(count)) {
    return refuse('a reference to something else than a storage of numbers');
  }
  const name = storageTypes.test(type.name) ? type.name.slice('torch '.length) : refuse(`a storage of ${type.name}`);
  return { kind: 'storage', type: name, key, count };
}

function isKind<Kind extends 'callable' | 'storage' | 'tensor'>(
  value: Value | undefined,
  kind: Kind,
): value is Extract<Value, { readonly kind: Kind }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

function isCount(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: Value | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}

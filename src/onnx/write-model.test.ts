import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, mkdir, mkdtemp, open, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dataType } from './element-types.js';
import { dataLocationExternal, isExternal } from './external-data.js';
import { limits } from './limits.js';
import { floatTensor, makeTensor } from './make-tensor.js';
import type { GraphProto, TensorProto } from './messages.js';
import type { OnnxModel } from './model.js';
import { makeNode } from './node.js';
import { readModel } from './read-model.js';
import { tensorBytes, tensorFloats } from './tensor.js';
import { everyTensor } from './walk-tensors.js';
import { writeModel } from './write-model.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-write-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const ramp = (length: number, start = 0) => Float32Array.from({ length }, (_, i) => start + i);

/** A sound model with a tensor everywhere one can be: small, large, typed, of strings, in an attribute, in a branch. */
function sample(): OnnxModel {
  const typed = makeTensor('typed', dataType.float, [400], new Uint8Array());
  const strings = makeTensor('strings', dataType.string, [1], new Uint8Array());
  const initializer = [
    floatTensor('large', [300], ramp(300)),
    floatTensor('small', [2], ramp(2, 7)),
    { ...typed, rawData: undefined, floatData: new Uint8Array(ramp(400, 1000).buffer) },
    floatTensor('huge', [100, 20], ramp(2000, 5)),
    { ...strings, rawData: undefined, stringData: [new Uint8Array(2000)] },
    { ...makeTensor('future', 99, [1], new Uint8Array(3000)) },
  ];
  const inner = graph([makeNode('Add', ['large', 'inner'], ['b'])], [floatTensor('inner', [500], ramp(500, 9))], 'b');
  const branch = { floats: [], ints: [], strings: [], tensors: [], graphs: [], name: 'then_branch', type: 5, g: inner };
  const nodes = [
    makeNode('Constant', [], ['c'], { attributes: { value: { tensor: floatTensor('attr', [600], ramp(600, 3)) } } }),
    { ...makeNode('If', ['c'], ['y']), attribute: [branch] },
  ];
  const proto = { irVersion: 10, opsetImport: [{ version: 17 }], metadataProps: [], functions: [] };
  return { path: join(folder, 'nowhere.onnx'), proto: { ...proto, graph: graph(nodes, initializer, 'y') } };
}

function graph(node: GraphProto['node'], initializer: readonly TensorProto[], output: string): GraphProto {
  const lists = { sparseInitializer: [], input: [], valueInfo: [], quantizationAnnotation: [], metadataProps: [] };
  return { ...lists, node, initializer, output: [{ name: output, metadataProps: [] }] };
}

const names = (tensors: readonly TensorProto[]) => tensors.map((tensor) => tensor.name);

/** Names and bytes of all tensors that have bytes. */
function contents(model: OnnxModel): [string | undefined, Uint8Array][] {
  return everyTensor(model.proto)
    .filter(({ name }) => name !== 'strings' && name !== 'future')
    .map((tensor) => [tensor.name, Uint8Array.from(tensorBytes(model, tensor))]);
}

describe('weights inside', () => {
  test('one file that holds everything', async () => {
    const target = join(folder, 'new', 'model.onnx');
    const written = await writeModel(sample(), target);
    expect(written).toEqual({ path: target, files: [target], bytes: readFileSync(target).length });
    expect(await readdir(join(folder, 'new'))).toEqual(['model.onnx']);
    expect((await readModel(target)).proto).toEqual({ ...sample().proto });
  });

  test('more than 2 GB are refused before anything is written', async () => {
    const model = sample();
    // The same view three times: nobody has to hold 2 GB for this.
    const tensor = makeTensor('', dataType.uint8, [8e8], new Uint8Array(8e8));
    const initializer = ['large', 'two', 'three'].map((name) => ({ ...tensor, name }));
    const big = { ...model, proto: { ...model.proto, graph: { ...model.proto.graph, initializer } } };
    await expect(writeModel(big, join(folder, 'big.onnx'), { weights: 'inline' })).rejects.toMatchObject({
      code: 'OUTPUT_TOO_LARGE',
      details: { bytes: expect.any(Number) },
    });
    expect(await readdir(folder)).toEqual([]);
    expect(3 * 8e8).toBeGreaterThan(limits.fileBytes);
  });
});

describe('weights beside the file', () => {
  test('large initializers go out on page boundaries, everything else stays', async () => {
    const target = join(folder, 'model.onnx');
    const written = await writeModel(sample(), target, { weights: 'external' });
    const data = `${target}_data`;
    expect(written.files).toEqual([target, data]);
    expect(written.bytes).toBe(readFileSync(target).length + readFileSync(data).length);
    const model = await readModel(target);
    const outside = everyTensor(model.proto).filter(isExternal);
    expect(names(outside)).toEqual(['large', 'typed', 'huge']);
    expect(outside.map((tensor) => tensor.externalData)).toEqual(
      [
        [0, 1200],
        [4096, 1600],
        [8192, 8000],
      ].map(([offset, length]) => [
        { key: 'location', value: 'model.onnx_data' },
        { key: 'offset', value: `${offset}` },
        { key: 'length', value: `${length}` },
      ]),
    );
    expect(contents(model)).toEqual(contents(sample()));
  });

  test('nothing large enough makes no data file', async () => {
    const model = sample();
    const initializer = model.proto.graph.initializer.map((tensor) =>
      ['large', 'typed', 'huge'].includes(tensor.name ?? '')
        ? { ...floatTensor(tensor.name ?? '', [1], ramp(1)) }
        : tensor,
    );
    const light = { ...model, proto: { ...model.proto, graph: { ...model.proto.graph, initializer } } };
    await writeModel(light, join(folder, 'model.onnx'), { weights: 'external' });
    expect(await readdir(folder)).toEqual(['model.onnx']);
  });

  test('come in again, and out again to another folder, wherever in the model they are', async () => {
    const first = join(folder, 'model.onnx');
    await writeModel(sample(), first, { weights: 'external' });
    const source = withAllOutside(await readModel(first));
    const inside = await writeModel(source, join(folder, 'inside', 'model.onnx'));
    const outside = await writeModel(source, join(folder, 'outside', 'other.onnx'), { weights: 'external' });
    await rm(`${first}_data`);
    await rm(join(folder, 'more'));
    const insideModel = await readModel(inside.path);
    expect(everyTensor(insideModel.proto).some(isExternal)).toBe(false);
    expect(contents(insideModel)).toEqual(contents(sample()));
    const outsideModel = await readModel(outside.path);
    expect(names(everyTensor(outsideModel.proto).filter(isExternal))).toEqual(['large', 'typed', 'huge']);
    expect(contents(outsideModel)).toEqual(contents(sample()));
  });

  /** The model as other tools write it: tensors of attributes and branches are outside, too. */
  function withAllOutside(model: OnnxModel): OnnxModel {
    const [constant, branch] = model.proto.graph.node;
    const inner = branch.attribute[0].g as GraphProto;
    const out = (tensor: TensorProto, offset: number): TensorProto => ({
      ...tensor,
      rawData: undefined,
      dataLocation: dataLocationExternal,
      externalData: [
        { key: 'location', value: 'more' },
        { key: 'offset', value: `${offset}` },
      ],
    });
    const attr = constant.attribute[0].t as TensorProto;
    const data = [attr, inner.initializer[0]].map((tensor) => tensorFloats(model, tensor));
    const more = Buffer.concat(data.map((floats) => new Uint8Array(floats.slice().buffer)));
    writeFileSync(join(folder, 'more'), more);
    const node = [
      { ...constant, attribute: [{ ...constant.attribute[0], t: out(attr, 0) }] },
      {
        ...branch,
        attribute: [{ ...branch.attribute[0], g: { ...inner, initializer: [out(inner.initializer[0], 2400)] } }],
      },
    ];
    return { ...model, proto: { ...model.proto, graph: { ...model.proto.graph, node } } };
  }
});

test('the same model gives the same bytes', async () => {
  const bytes = async (name: string, weights: 'inline' | 'external') => {
    const { files } = await writeModel(sample(), join(folder, name, 'model.onnx'), { weights });
    return files.map((file) => readFileSync(file));
  };
  expect(await bytes('a', 'inline')).toEqual(await bytes('b', 'inline'));
  expect(await bytes('c', 'external')).toEqual(await bytes('d', 'external'));
});

describe('sources are never changed', () => {
  test.each(['model.onnx', 'sub/../model.onnx', 'link.onnx'])('%s', async (name) => {
    await writeModel(sample(), join(folder, 'model.onnx'));
    await mkdir(join(folder, 'sub'));
    await symlink('model.onnx', join(folder, 'link.onnx'));
    const before = readFileSync(join(folder, 'model.onnx'));
    const model = await readModel(join(folder, 'model.onnx'));
    await expect(writeModel(model, join(folder, name))).rejects.toMatchObject({ code: 'OUTPUT_IS_SOURCE' });
    expect(readFileSync(join(folder, 'model.onnx'))).toEqual(before);
  });

  test('nor their data, although another model is written', async () => {
    await writeModel(sample(), join(folder, 'model.onnx'), { weights: 'external' });
    const source = await readModel(join(folder, 'model.onnx'));
    const moved = { ...source, path: join(folder, 'copy.onnx') };
    await expect(writeModel(moved, join(folder, 'model.onnx'))).rejects.toMatchObject({ code: 'OUTPUT_IS_SOURCE' });
    await expect(writeModel(moved, `${join(folder, 'model.onnx')}_data`)).rejects.toMatchObject({
      code: 'OUTPUT_IS_SOURCE',
    });
  });
});

describe('nothing half-written is left', () => {
  /** Lets so many writes to files pass, then fails. */
  async function failWritesAfter(count: number, code: string): Promise<void> {
    const probe = await open(join(folder, 'probe'), 'w');
    const prototype: FileHandle = Object.getPrototypeOf(probe);
    await probe.close();
    await rm(join(folder, 'probe'));
    const write = prototype.write;
    let left = count;
    vi.spyOn(prototype, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
      return left-- > 0
        ? (write as (...args: unknown[]) => never).apply(this, args)
        : (Promise.reject(Object.assign(new Error(`${code}: write`), { code, syscall: 'write' })) as never);
    });
  }

  test.each([0, 1, 2, 3])('when the disk is full after %i writes', async (count) => {
    await failWritesAfter(count, 'ENOSPC');
    const target = join(folder, 'new', 'model.onnx');
    await expect(writeModel(sample(), target, { weights: 'external' })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('and an older pair of that name stays whole', async () => {
    const target = join(folder, 'model.onnx');
    await writeModel(sample(), target, { weights: 'external' });
    const before = (await readdir(folder)).map((name) => readFileSync(join(folder, name)));
    await failWritesAfter(3, 'EIO');
    const changed = { ...sample(), proto: { ...sample().proto, producerName: 'changed' } };
    await expect(writeModel(changed, target, { weights: 'external' })).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
    });
    expect((await readdir(folder)).map((name) => readFileSync(join(folder, name)))).toEqual(before);
  });

  test('when data of the source are missing', async () => {
    await writeModel(sample(), join(folder, 'model.onnx'), { weights: 'external' });
    const model = await readModel(join(folder, 'model.onnx'));
    await rm(join(folder, 'model.onnx_data'));
    for (const weights of ['inline', 'external'] as const) {
      const target = join(folder, 'new', 'copy.onnx');
      await expect(writeModel(model, target, { weights })).rejects.toMatchObject({ code: 'EXTERNAL_DATA' });
      expect(existsSync(join(folder, 'new'))).toBe(false);
    }
  });

  test('when it is cancelled', async () => {
    const controller = new AbortController();
    const onProgress = vi.fn(() => controller.abort());
    const options = { weights: 'external', signal: controller.signal, onProgress } as const;
    await expect(writeModel(sample(), join(folder, 'model.onnx'), options)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(onProgress).toHaveBeenCalledOnce();
    expect(await readdir(folder)).toEqual([]);
  });

  test('when the target is a folder or cannot be', async () => {
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'model.onnx'));
    for (const target of [join(folder, 'model.onnx'), join(folder, 'file', 'model.onnx')]) {
      await expect(writeModel(sample(), target)).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
    }
    expect((await readdir(folder)).sort()).toEqual(['file', 'model.onnx']);
  });
});

test('progress counts bytes up to the total', async () => {
  const events: number[][] = [];
  const written = await writeModel(sample(), join(folder, 'model.onnx'), {
    weights: 'external',
    onProgress: ({ stage, done, total, unit }) => {
      expect([stage, unit]).toEqual(['Writing model.onnx', 'bytes']);
      events.push([done, total]);
    },
  });
  const last = events.at(-1) as number[];
  expect(last[0]).toBe(last[1]);
  expect(last[1]).toBeLessThanOrEqual(written.bytes);
});

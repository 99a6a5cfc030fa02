import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bytesField, messageField, modelWith, varintField } from '../../test/support/protobuf.js';
import { dataType } from './element-types.js';
import { isExternal } from './external-data.js';
import { floatTensor } from './make-tensor.js';
import { writeMappedView } from './mapped-view.js';
import { makeNode } from './node.js';
import { readModel } from './read-model.js';
import { tensorFloats } from './tensor.js';
import { writeModel } from './write-model.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-mapped-view-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a view holds the numbers of the file that it lies beside', async () => {
  const path = join(folder, 'model.onnx');
  const large = floatTensor(
    'large',
    [64, 32],
    Float32Array.from({ length: 2048 }, (_, i) => Math.sin(i)),
  );
  const small = floatTensor('small', [3], Float32Array.of(1, 2, 3));
  await writeModel(
    {
      path,
      proto: {
        opsetImport: [{ version: 17 }],
        metadataProps: [],
        functions: [],
        graph: {
          node: [makeNode('MatMul', ['x', 'large'], ['y'])],
          initializer: [small, large],
          sparseInitializer: [],
          input: [{ name: 'x', metadataProps: [] }],
          output: [{ name: 'y', metadataProps: [] }],
          valueInfo: [],
          quantizationAnnotation: [],
          metadataProps: [],
        },
      },
    },
    path,
  );
  const before = readFileSync(path);
  const viewPath = await writeMappedView(path, 'view.onnx');
  expect(viewPath).toBe(join(folder, 'view.onnx'));
  const view = await readModel(viewPath);
  const [first, second] = view.proto.graph.initializer;
  expect([first, second].map(isExternal)).toEqual([false, true]);
  expect(tensorFloats(view, second)).toEqual(tensorFloats(await readModel(path), large));
  expect(readFileSync(viewPath).length).toBeLessThan(1000);
  expect(readFileSync(path)).toEqual(before);
});

test.each([
  ['float_data', 4, 'float', Float32Array.from({ length: 30_000 }, (_, i) => i / 7)],
  ['double_data', 10, 'double', Float64Array.from({ length: 30_000 }, (_, i) => i / 7)],
  ['raw_data', 9, 'float', Float32Array.from({ length: 30_000 }, (_, i) => i / 7)],
] as const)('weights in %s are seen through it, too', async (field, number, type, values) => {
  const path = join(folder, `${field}.onnx`);
  const tensor = [bytesField(8, 'w'), varintField(1, values.length), varintField(2, dataType[type])];
  writeFileSync(path, modelWith(messageField(5, ...tensor, bytesField(number, new Uint8Array(values.buffer)))));
  const view = await readModel(await writeMappedView(path));
  expect(view.path).toBe(join(folder, `mapped-${field}.onnx`));
  const [mapped] = view.proto.graph.initializer;
  expect(isExternal(mapped)).toBe(true);
  expect(tensorFloats(view, mapped)).toEqual(Float32Array.from(values));
});

test('texts and numbers of varying length stay inside', async () => {
  const path = join(folder, 'texts.onnx');
  const texts = [
    bytesField(8, 't'),
    varintField(1, 1),
    varintField(2, dataType.string),
    bytesField(6, 'x'.repeat(1e5)),
  ];
  writeFileSync(path, modelWith(messageField(5, ...texts)));
  const [tensor] = (await readModel(await writeMappedView(path))).proto.graph.initializer;
  expect(`${Buffer.from(tensor.stringData[0])}` === 'x'.repeat(1e5)).toBe(true);
});

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isExternal } from './external-data.js';
import { floatTensor } from './make-tensor.js';
import { writeMappedView } from './mapped-view.js';
import { makeNode } from './node.js';
import { readModel } from './read-model.js';
import { tensorFloats } from './tensor.js';
import { writeModel } from './write-model.js';

test('a view holds the numbers of the file that it lies beside', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-mapped-view-'));
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

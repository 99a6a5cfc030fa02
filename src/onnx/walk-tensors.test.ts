import { expect, test } from 'vitest';
import { bytesField, concat, messageField, modelFrame } from '../../test/support/protobuf.js';
import { decodeModel } from './decode.js';
import { everyTensor, mapTensors } from './walk-tensors.js';

const tensor = (number: number, name: string) => messageField(number, bytesField(8, name));
const sparse = (number: number, name: string) =>
  messageField(number, tensor(1, `${name} values`), tensor(2, `${name} indices`));
const node = (...attributeFields: Uint8Array[]) => messageField(1, messageField(5, ...attributeFields));

const model = decodeModel(
  concat(
    modelFrame,
    messageField(
      7,
      node(tensor(5, 'attribute')),
      node(tensor(10, 'list 1'), tensor(10, 'list 2')),
      node(messageField(6, tensor(5, 'branch'), node(messageField(6, tensor(5, 'branch in branch'))))),
      node(messageField(11, tensor(5, 'graphs'))),
      node(sparse(22, 'sparse attribute')),
      tensor(5, 'initializer'),
      messageField(11, bytesField(1, 'x')),
      sparse(15, 'sparse'),
    ),
    messageField(
      25,
      messageField(7, messageField(5, tensor(5, 'function'))),
      messageField(11, tensor(5, 'default of a function')),
    ),
  ),
  'x',
);

test('tensors are found wherever a model can have them', () => {
  expect(everyTensor(model).map(({ name }) => name)).toEqual([
    'attribute',
    'list 1',
    'list 2',
    'branch in branch',
    'branch',
    'graphs',
    'sparse attribute values',
    'sparse attribute indices',
    'initializer',
    'sparse values',
    'sparse indices',
    'function',
    'default of a function',
  ]);
});

test('and changed there, while everything else stays the same object', () => {
  const changed = mapTensors(model, (found) => (found.name === 'branch in branch' ? { ...found, name: 'new' } : found));
  expect(everyTensor(changed).map(({ name }) => name)).toEqual(
    everyTensor(model).map(({ name }) => (name === 'branch in branch' ? 'new' : name)),
  );
  expect(everyTensor(model).map(({ name }) => name)).toContain('branch in branch');
  expect(changed.functions).toBe(model.functions);
  expect(changed.graph?.node[0]).toBe(model.graph?.node[0]);
  expect(changed.graph?.node[2]).not.toBe(model.graph?.node[2]);
  expect(mapTensors(model, (found) => found)).toBe(model);
});

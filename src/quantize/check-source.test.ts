import { describe, expect, test } from 'vitest';
import { floats, ifNode, smallGraph, smallModel } from '../../test/support/small-model.js';
import { makeNode, type NodeProto, type OnnxModel, withMetadata } from '../onnx/index.js';
import { checkQuantizable, quantizedOperatorsIn } from './check-source.js';
import { dynamicInt8 } from './dynamic-int8.js';
import { makeRecipe, recipeOf, withRecipe } from './recipe.js';

const w = floats('w', [32, 32], new Array(1024).fill(0.1));
const modelOf = (nodes: readonly NodeProto[]): OnnxModel =>
  smallModel({ inputs: { x: 'float[n,32]', flag: 'bool' }, outputs: { y: 'float' }, nodes, initializers: [w] });
const plain = modelOf([makeNode('MatMul', ['x', 'w'], ['y'])]);

const refusal = (code: string, details: Readonly<Record<string, string>>) =>
  expect.objectContaining({ code, details: expect.objectContaining({ path: 'small.onnx', ...details }) });

describe('checkQuantizable', () => {
  test('lets a model with a linear layer pass', () => {
    expect(() => checkQuantizable(plain)).not.toThrow();
  });

  test('looks through what folding removes', () => {
    const constant = makeNode('Constant', [], ['c'], { attributes: { value: { tensor: w } } });
    const turned = [makeNode('Transpose', ['c'], ['t']), makeNode('MatMul', ['x', 't'], ['y'])];
    expect(() => checkQuantizable(modelOf([constant, ...turned]))).not.toThrow();
  });

  test('refuses what is quantized already, and says how it can tell', () => {
    expect(() => checkQuantizable(dynamicInt8(plain))).toThrow(
      refusal('ALREADY_QUANTIZED', { found: 'DynamicQuantizeLinear, MatMulInteger' }),
    );
  });

  test('refuses what has nothing to quantize', () => {
    const none = modelOf([makeNode('Tanh', ['x'], ['y'])]);
    expect(() => checkQuantizable(none)).toThrow(refusal('NOTHING_TO_QUANTIZE', {}));
  });
});

describe('quantizedOperatorsIn', () => {
  test.each(['QLinearAdd', 'MatMulNBits', 'QAttention', 'DequantizeLinear', 'GatherBlockQuantized'])(
    'knows %s',
    (op) => {
      expect(quantizedOperatorsIn(modelOf([makeNode(op, ['x'], ['y'], { domain: 'com.microsoft' })]))).toEqual([op]);
    },
  );

  test('looks into branches', () => {
    const branch = smallGraph({ outputs: { r: 'float' }, nodes: [makeNode('DequantizeLinear', ['x', 'w'], ['r'])] });
    expect(quantizedOperatorsIn(modelOf([ifNode('flag', ['y'], branch, branch)]))).toEqual(['DequantizeLinear']);
  });

  test('finds nothing in a full-precision model', () => {
    expect(quantizedOperatorsIn(plain)).toEqual([]);
  });
});

describe('recipes', () => {
  const recipe = makeRecipe('int8', 'ab12', { exclude: ['ffn-down'], seed: 3 });

  test('survive in the metadata, beside what is there', () => {
    const kept = withMetadata(plain, { author: 'somebody' });
    const model = withRecipe(kept, recipe);
    expect(recipeOf(model)).toEqual(recipe);
    expect(recipe.tool).toMatch(/^octavec \d+\.\d+\.\d+/);
    expect(model.proto.metadataProps).toContainEqual({ key: 'author', value: 'somebody' });
  });

  test('take the place of an older one', () => {
    const again = withRecipe(withRecipe(plain, recipe), makeRecipe('fp16', 'cd'));
    expect(recipeOf(again)?.method).toBe('fp16');
    expect(again.proto.metadataProps).toHaveLength(1);
  });

  test.each([
    ['none', undefined],
    ['no JSON', '{'],
    ['null', 'null'],
    ['other JSON', '[1]'],
    ['a part', JSON.stringify({ method: 'int8' })],
    ['other types', JSON.stringify({ ...recipe, method: 5 })],
  ])('are undefined where there is %s', (_, text) => {
    expect(recipeOf(text === undefined ? plain : withMetadata(plain, { 'octavec.recipe': text }))).toBeUndefined();
  });
});

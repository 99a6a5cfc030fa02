import { describe, expect, test } from 'vitest';
import { makeNode } from '../../onnx/index.js';
import { families, operatorOf } from './operators.js';

const namesOf = (family: Readonly<Record<string, unknown>>): string => Object.keys(family).join(' ');

describe('every operator is defined once', () => {
  test('in the family that it belongs to', () => {
    expect(Object.fromEntries(Object.entries(families).map(([name, family]) => [name, namesOf(family)]))).toEqual({
      attention: 'Attention RotaryEmbedding',
      constant: 'Constant',
      conversion: 'Cast CastLike',
      elementwise:
        'Abs Add And Ceil Clip Cos Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish IsInf ' +
        'IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or Pow Reciprocal Relu Round Sigmoid ' +
        'Sign Sin Softplus Softsign Sqrt Sub Sum Tanh Where Xor',
      indexing: 'Gather GatherElements GatherND Slice',
      movement: 'Concat Dropout Expand Identity Split Tile Transpose Trilu',
      normalization:
        'LayerNormalization LogSoftmax LpNormalization RMSNormalization SimplifiedLayerNormalization Softmax',
      product: 'Gemm MatMul MatMulInteger',
      quantization: 'ConvInteger DequantizeLinear DynamicQuantizeLinear QuantizeLinear',
      reduction: 'CumSum ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare',
      shape: 'ConstantOfShape Flatten Range Reshape Shape Size Squeeze Unsqueeze',
      typed:
        'ArgMax ArgMin Bernoulli EyeLike MaxPool Multinomial NonMaxSuppression NonZero OneHot RandomNormal ' +
        'RandomNormalLike RandomUniform RandomUniformLike TopK Unique',
    });
  });

  test('and in no other', () => {
    const names = Object.values(families).flatMap((family) => Object.keys(family));
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

test('operators are told apart by their domains', () => {
  const operator = (opType: string, domain?: string) => operatorOf(makeNode(opType, ['x'], ['y'], { domain }));
  expect(operator('Gelu')?.elements).toBeDefined();
  expect(operator('Gelu', 'ai.onnx')).toBe(operator('Gelu'));
  expect(operator('Gelu', 'com.microsoft')?.elements).toBeUndefined();
  expect(operator('QuantizeLinear', 'com.microsoft')).toBe(operator('QuantizeLinear'));
  expect(operator('Transpose', 'com.microsoft')).toBeUndefined();
  expect(operator('Gelu', 'org.example')).toBeUndefined();
});

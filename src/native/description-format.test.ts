import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { descriptionFormat } from './description-format.js';

/** The C++ side as text: the test needs no compiler. */
const source = (path: string) => readFileSync(new URL(`../../native/${path}`, import.meta.url), 'utf8');
const description = source('core/description.h');
const kernels = source('kernels/kernels.h');
const tensors = source('include/octavec_native.h');
const binding = source('node/binding.cpp');

/** The members of an enum, by their names in C++. */
function membersOf(text: string, name: string): Record<string, number> {
  const body = text.match(new RegExp(`enum (?:class )?${name}\\b[^{]*\\{([^}]*)\\}`))?.[1] ?? '';
  return Object.fromEntries([...body.matchAll(/(\w+) = (\d+)/g)].map(([, member, value]) => [member, Number(value)]));
}

function constant(name: string): number {
  return Number(description.match(new RegExp(`${name} = (\\w+);`))?.[1]);
}

test('a description begins with the same numbers on both sides', () => {
  expect({ magic: constant('kMagic'), format: constant('kFormat') }).toEqual({
    magic: descriptionFormat.magic,
    format: descriptionFormat.format,
  });
});

test('precisions have the numbers of the native core', () => {
  const { int8, fp32, bf16 } = descriptionFormat.precisions;
  expect(membersOf(description, 'Precision')).toEqual({ kInt8: int8, kFloat32: fp32, kBFloat16: bf16 });
});

test('activations have the numbers of the native core', () => {
  const { gelu, geluTanh, relu, silu } = descriptionFormat.activations;
  expect(membersOf(kernels, 'Activation')).toEqual({ kGelu: gelu, kGeluTanh: geluTanh, kRelu: relu, kSilu: silu });
});

test('pooling modes have the numbers of the native core', () => {
  const { cls, lasttoken, max, mean, mean_sqrt_len_tokens, weightedmean } = descriptionFormat.poolings;
  expect(membersOf(description, 'Pooling')).toEqual({
    kCls: cls,
    kLastToken: lasttoken,
    kMax: max,
    kMean: mean,
    kMeanSqrtLength: mean_sqrt_len_tokens,
    kWeightedMean: weightedmean,
  });
});

test('element types of tensors have the numbers of the native core', () => {
  const { float, uint8, int8, float16, uint4 } = descriptionFormat.tensorTypes;
  const types = [...tensors.matchAll(/(OCTAVEC_(?:F32|U8|S8|F16|U4)) = (\d+)/g)].map(([, name, value]) => [
    name,
    Number(value),
  ]);
  expect(Object.fromEntries(types)).toEqual({
    OCTAVEC_F32: float,
    OCTAVEC_U8: uint8,
    OCTAVEC_S8: int8,
    OCTAVEC_F16: float16,
    OCTAVEC_U4: uint4,
  });
});

test('the binding has the functions that its type names, and no others', () => {
  const type = readFileSync(new URL('binding.ts', import.meta.url), 'utf8').match(
    /interface NativeBinding \{([\s\S]*?)\n\}/,
  )?.[1];
  const typed = [...(type ?? '').matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
  const registered = [...binding.matchAll(/\{"(\w+)", \w+\}/g)].map(([, name]) => name);
  expect(registered.length).toBeGreaterThan(5);
  expect(registered.sort()).toEqual(typed.sort());
});

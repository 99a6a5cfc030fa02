import { type NodeProto, normalDomain } from '../../onnx/index.js';
import { attentionOperators } from './attention.js';
import { constantOperators } from './constant.js';
import { conversionOperators } from './conversion.js';
import { elementwiseOperators } from './elementwise.js';
import { indexingOperators } from './indexing.js';
import { microsoftOperators } from './microsoft.js';
import { movementOperators } from './movement.js';
import { normalizationOperators } from './normalization.js';
import type { Operator, Operators } from './operator.js';
import { productOperators } from './product.js';
import { quantizationOperators } from './quantization.js';
import { reductionOperators } from './reduction.js';
import { shapeOperators } from './shape.js';
import { typedOperators } from './typed.js';

/** Operators of the standard domain by family. No operator stands in two. */
export const families = {
  attention: attentionOperators,
  constant: constantOperators,
  conversion: conversionOperators,
  elementwise: elementwiseOperators,
  indexing: indexingOperators,
  movement: movementOperators,
  normalization: normalizationOperators,
  product: productOperators,
  quantization: quantizationOperators,
  reduction: reductionOperators,
  shape: shapeOperators,
  typed: typedOperators,
} as const satisfies Readonly<Record<string, Operators>>;

const standard = new Map(Object.values<Operators>(families).flatMap(Object.entries<Operator>));
const microsoft = new Map(Object.entries({ ...quantizationOperators, ...microsoftOperators }));

/** Returns what is known of a node's operator; undefined for one that is not known at all. */
export function operatorOf({ domain, opType = '' }: NodeProto): Operator | undefined {
  switch (normalDomain(domain)) {
    case '':
      return standard.get(opType);
    case 'com.microsoft':
      return microsoft.get(opType);
  }
  return undefined;
}

import type { DenseLayer, Head } from '../model/index.js';
import { dot, activations as elementwise, normalizeInPlace } from '../numbers/index.js';
import { type HiddenRows, poolText } from './pooling.js';

/**
 * Turns hidden states of several texts into their vectors: pooling, dense layers, normalising.
 *
 * @param skip leading tokens of each text that are left out of the pooling
 * @returns [texts × width of the head]
 */
export function applyHead(head: Head, texts: readonly HiddenRows[], skip: ArrayLike<number>): Float32Array {
  const hiddenWidth = texts[0]?.width ?? 0;
  const width = headWidth(head, hiddenWidth);
  const vectors = new Float32Array(texts.length * width);
  const pooled = new Float32Array(head.pooling.length * hiddenWidth);
  texts.forEach((rows, index) => {
    const vector = vectors.subarray(index * width, (index + 1) * width);
    poolText(head.pooling, rows, skip[index], pooled);
    vector.set(head.dense.reduce(applyDense, pooled));
    if (head.normalize) {
      normalizeInPlace(vector);
    }
  });
  return vectors;
}

/** Returns the length of a vector behind the head, for hidden states of the given width. */
export function headWidth(head: Head, hiddenWidth: number): number {
  return head.dense.at(-1)?.outputs ?? head.pooling.length * hiddenWidth;
}

const activations: Readonly<Record<DenseLayer['activation'], (x: number) => number>> = {
  identity: (x) => x,
  tanh: Math.tanh,
  relu: elementwise.relu,
  gelu: elementwise.gelu,
};

function applyDense(input: Float32Array, layer: DenseLayer): Float32Array {
  const output = new Float32Array(layer.outputs);
  const activate = activations[layer.activation];
  for (let i = 0; i < layer.outputs; i++) {
    const sum = dot(input, layer.weight.subarray(i * layer.inputs, (i + 1) * layer.inputs)) + (layer.bias?.[i] ?? 0);
    output[i] = activate(sum);
  }
  return output;
}

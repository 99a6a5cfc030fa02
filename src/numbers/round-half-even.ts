/** From here on numbers have no room for fractions: adding it rounds, ties to even, and many times faster than Math.round. */
const integersOnly = 1.5 * 2 ** 52;

/** Rounds to the nearest integer, ties to even: what run times do with activations (ONNX QuantizeLinear). Below 2⁵¹. */
export function roundHalfEven(value: number): number {
  return value + integersOnly - integersOnly;
}

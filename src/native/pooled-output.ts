import type { RecognisedEncoder } from '../encoder/index.js';
import type { Head } from '../model/index.js';
import { randomNumbers } from '../numbers/index.js';
import { applyHead } from '../output/index.js';

/** Sample texts of these lengths are pooled: with a single one, sums and means of a text may be taken for each other. */
const lengths = [11, 3];

/**
 * Says why the native engine cannot stand in for a graph's own pooling, if it cannot. Where a graph gives pooled
 * vectors beside the hidden states, ONNX Runtime takes those. The native engine pools by the model's configuration, so
 * both must come to the same: numbers are put in the place of the hidden states to see that.
 *
 * @param pooled the output of vectors that ONNX Runtime takes, if any
 * @returns what stands in the way, if anything
 */
export function pooledOutputObstacle(
  recognised: RecognisedEncoder,
  pooled: string | undefined,
  head: Head,
): string | undefined {
  // Nothing in the graph knows which tokens are those of a prompt.
  const same =
    pooled === undefined ||
    (head.includePrompt && lengths.every((tokens) => poolsAlike(recognised, pooled, tokens, head)));
  return same
    ? undefined
    : `its output ${pooled} is not seen to be what the model's configuration makes of the hidden states`;
}

function poolsAlike({ encoder, fromHidden }: RecognisedEncoder, pooled: string, tokens: number, head: Head): boolean {
  const random = randomNumbers(1);
  const states = Float32Array.from({ length: tokens * encoder.hidden }, () => 2 * random() - 1);
  const found = fromHidden(pooled, states);
  if (found === undefined) {
    return false;
  }
  const pool = (data: Float32Array, rows: number, pooling: Head): Float32Array =>
    applyHead(pooling, [{ data, start: 0, tokens: rows, width: data.length / rows }], [0]);
  const expected = pool(states, tokens, head);
  // As the engine of ONNX Runtime goes on with pooled vectors.
  const actual = pool(found, 1, { ...head, pooling: ['cls'], dense: [] });
  return actual.length === expected.length && actual.every((x, i) => Math.abs(x - expected[i]) < 1e-5);
}

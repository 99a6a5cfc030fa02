import type { Head } from '../../../model/index.js';
import { applyHead } from '../../apply-head.js';
import { original } from './graph-view.js';
import { floats, type Prober, sampleTokens, scattered } from './probe.js';
import { require } from './unrecognised.js';

/** Sample texts of these lengths are pooled: with a single one, sums and means of a text may be taken for each other. */
const lengths = [sampleTokens, 3];

/**
 * Where a graph gives pooled vectors beside the hidden states, ONNX Runtime takes those. The native engine pools by the
 * model's configuration, so both must come to the same: numbers are put in the place of the hidden states to see that.
 *
 * @throws Unrecognised
 */
export function checkPooledOutput(
  prober: Prober,
  hiddenOutput: string,
  pooled: string | undefined,
  width: number,
  head: Head,
): void {
  if (pooled === undefined) {
    return;
  }
  // Nothing in the graph knows which tokens are those of a prompt.
  const same =
    head.includePrompt && lengths.every((tokens) => poolsAlike(prober, hiddenOutput, pooled, width, tokens, head));
  require(same, `its output ${pooled} is not seen to be what the model's configuration makes of the hidden states`);
}

function poolsAlike(
  prober: Prober,
  hiddenOutput: string,
  pooled: string,
  width: number,
  tokens: number,
  head: Head,
): boolean {
  const states = floats([1, tokens, width], scattered);
  const given = { [hiddenOutput]: states, [original(prober.view, hiddenOutput)]: states };
  const found = prober.probe(pooled, given, tokens)?.data;
  if (found === undefined) {
    return false;
  }
  const pool = (numbers: Float32Array, rows: number, pooling: Head) =>
    applyHead(pooling, [{ data: numbers, start: 0, tokens: rows, width: numbers.length / rows }], [0]);
  const expected = pool(Float32Array.from(states.data ?? []), tokens, head);
  // As the engine of ONNX Runtime goes on with pooled vectors.
  const actual = pool(Float32Array.from(found), 1, { ...head, pooling: ['cls'], dense: [] });
  return actual.length === expected.length && actual.every((x, i) => Math.abs(x - expected[i]) < 1e-5);
}

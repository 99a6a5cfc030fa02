import type { MethodName } from '../../methods/index.js';
import { gateError, quantize } from '../../pipeline/index.js';
import { formatQuantizeOutcome } from '../../report/index.js';
import { interruptSignal } from '../interrupt.js';
import { progressLine } from '../progress-line.js';

/**
 * Makes a variant into a folder, proves it, and says what it is worth.
 *
 * @throws what making it throws; the gate's refusal unless `force` is set
 */
export async function makeVariant(
  original: string,
  folder: string,
  { to, force }: { readonly to: MethodName; readonly force?: boolean },
): Promise<void> {
  const line = progressLine();
  const options = { to: [to], output: folder, force, signal: interruptSignal(), onProgress: line.onProgress };
  const outcome = await quantize(original, options).finally(line.done);
  const error = outcome.failures[0]?.error ?? (force ? undefined : gateError(outcome));
  if (error !== undefined) {
    throw error;
  }
  process.stderr.write(formatQuantizeOutcome(outcome));
}

import { keysOf } from '../../base/index.js';
import type { MixPart, MixPrecision } from '../../quantize/index.js';
import type { PartChoices } from './mix-search.js';
import type { AutoPurpose } from './options.js';
import type { Sensitivities } from './sensitivity.js';
import type { UniformFigures } from './sensitivity-report.js';

/** Of two choices that take the same time the smaller one is the better. */
const secondsPerByte = 1e-12;

/** Returns what each part can be kept in, with what that costs and loses. FP32 loses nothing. */
export function choicesOf(
  parts: readonly MixPart[],
  { uniform, parts: sensitivities }: Pick<Sensitivities, 'uniform' | 'parts'>,
  purpose: AutoPurpose,
): PartChoices[] {
  const seconds = secondsPerMultiplication(parts, uniform);
  return parts.map((part, i) => {
    const losses = { ...sensitivities[i].distance, fp32: 0 };
    const choices = keysOf(losses).map((precision) => {
      const bytes = part.bytes[precision];
      const time = part.multiplications * (seconds.get(precision) ?? 0);
      const cost = purpose === 'size' ? bytes : time + bytes * secondsPerByte;
      return { precision, cost, loss: losses[precision] ?? 0 };
    });
    // Where several cost the same, the first is taken.
    return { id: part.id, choices: choices.toSorted((a, b) => a.loss - b.loss) };
  });
}

/**
 * Returns the time of a layer's multiplication beyond that of the fastest precision: what the whole model took longer,
 * divided among its multiplications. FP16 storage computes in FP32.
 */
function secondsPerMultiplication(
  parts: readonly MixPart[],
  uniform: readonly UniformFigures[],
): ReadonlyMap<MixPrecision, number> {
  const total = parts.reduce((sum, { multiplications }) => sum + multiplications, 0);
  const fastest = Math.min(...uniform.map(({ seconds }) => seconds));
  const extra = new Map<MixPrecision, number>(
    uniform.map(({ precision, seconds }) => [precision, total === 0 ? 0 : (seconds - fastest) / total]),
  );
  return extra.set('fp32', extra.get('fp16') ?? 0);
}

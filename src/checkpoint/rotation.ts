import type { RotarySettings } from './architectures/architecture.js';
import type { Rotation } from './encoder-plan.js';

/**
 * Returns rotary frequencies, base^(-2i / width), in the order of operations and the precision of transformers: at
 * position 8191 a frequency computed in double precision gives an angle that differs by up to 5e-4.
 *
 * @param width of a head
 */
export function rotationOf({ base, factor = 1, ntkFactor = 1 }: RotarySettings, width: number): Rotation {
  const frequencies = Float32Array.from({ length: width / 2 }, (_, i) => {
    const exponent = Math.fround((2 * i) / width);
    return Math.fround(1 / Math.fround((base * ntkFactor) ** exponent)) / factor / ntkFactor ** (2 / width);
  });
  return { base: base * ntkFactor, frequencies };
}

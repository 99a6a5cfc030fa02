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

/**
 * Returns cosines and sines [tokens × width / 2] of a rotation. The product of position and frequency is a float32,
 * too.
 */
export function rotationTables({ frequencies }: Rotation, tokens: number): { cos: Float32Array; sin: Float32Array } {
  const half = frequencies.length;
  const cos = new Float32Array(tokens * half);
  const sin = new Float32Array(tokens * half);
  for (let place = 0; place < tokens; place++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround(place * frequencies[i]);
      cos[place * half + i] = Math.cos(angle);
      sin[place * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

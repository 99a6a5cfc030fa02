import type { Rotation } from '../../checkpoint/index.js';

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

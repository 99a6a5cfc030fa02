import { type Call, unknownSize } from './operator.js';
import type { Dim, Shape } from './value.js';

/**
 * Applies NumPy's broadcasting to shapes. Of two sizes that are not known, nothing is known; beside a number above 1,
 * both are that. Undefined if a shape is not known, or if they do not go together.
 */
export function broadcast(call: Call, shapes: readonly (Shape | undefined)[]): Shape | undefined {
  const known = shapes.filter((shape) => shape !== undefined);
  if (known.length < shapes.length) {
    return undefined;
  }
  const rank = Math.max(...known.map((shape) => shape.length));
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const sizes = new Set(known.map((shape) => shape[axis - rank + shape.length] ?? 1));
    sizes.delete(1);
    const [number, other] = [...sizes].filter((size) => typeof size === 'number');
    if (other !== undefined) {
      return undefined;
    }
    // A run in which n meets a smaller n that is not 1 does not get further than this.
    const longest = [...sizes].filter((size) => ![...sizes].some((limit) => isAtMost(size, limit)));
    result.push(number ?? (longest.length > 1 ? unknownSize(call, 0, axis) : (longest[0] ?? 1)));
  }
  return result;
}

/** Returns the size of what is left of `size` elements when the first `limit` are taken. */
export function atMost(size: Dim, limit: Dim): Dim {
  return `min(${size}, ${limit})`;
}

function isAtMost(size: Dim, limit: Dim): boolean {
  return typeof size === 'string' && size.startsWith('min(') && size.endsWith(`, ${limit})`);
}

import { z } from 'zod';

const written = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;
const finite = z.number();

/** A figure, or a text that is one. What is missing is no 0. */
export const score = z.union([finite, z.string().regex(written).transform(Number).pipe(finite)], {
  error: 'it is not a number',
});

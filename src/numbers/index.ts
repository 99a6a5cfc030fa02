/** Vectors, matrices, statistics, order, nearest neighbours, half precision, and random numbers with a seed. */
export * from './activations.js';
export * from './evenly-spaced.js';
export * from './fp16.js';
export * from './matrix.js';
export * from './nearest.js';
export * from './order.js';
export * from './random.js';
export { roundHalfEven } from './round-half-even.js';
export * from './short-numbers.js';
export { signBits } from './sign-bits.js';
export * from './statistics.js';
export * from './unit-rows.js';
export * from './vectors.js';

import { serveCalls } from '../threads/index.js';
import { gptq, gptqFactor } from './gptq.js';
import type { GptqWork } from './gptq-layers.js';

/** A thread that rounds the weights of layers with the same input. */

serveCalls<GptqWork>(({ gram, inputs, weights, scheme }) => {
  const factor = gptqFactor(gram, inputs);
  return { ready: weights.map((weight) => gptq(weight, weight.length / inputs, inputs, factor, scheme)), answers: {} };
});

import { parentPort, workerData } from 'node:worker_threads';
import { gptq, gptqFactor } from './gptq.js';
import type { GptqJob } from './gptq-layers.js';

/** A thread that rounds the weights of layers with the same input. What it throws is its answer, too. */

const { gram, inputs, weights, scheme } = workerData as GptqJob;
const factor = gptqFactor(gram, inputs);
parentPort?.postMessage(weights.map((weight) => gptq(weight, weight.length / inputs, inputs, factor, scheme)));

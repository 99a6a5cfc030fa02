/**
 * What `import 'octavec'` loads. `index.ts` says what the library is; this is the same library, in which all that the way to
 * a first vector does not need is loaded when it is called.
 */
import { Embedder } from './embed/index.js';
import type * as library from './index.js';

export { auto, fp16, int8, int8Static, methodNames, q4, q8 } from './asked-methods.js';
export { OctavecError, version } from './base/index.js';
export { Embedder, quantizeVectors, toBase64, Vectors, vectorRanges } from './embed/index.js';
export { gateNamed } from './evaluate/index.js';
export { openModelFolder } from './model/index.js';
export { Reranker } from './rerank/index.js';

/** Returns a function that loads the real one when it is called. */
function late<Call extends (...given: never[]) => Promise<unknown>>(load: () => Promise<Call>): Call {
  return (async (...given) => (await load())(...given)) as Call;
}

const pipeline = () => import('./pipeline/index.js');

export const compare: typeof library.compare = late(async () => (await pipeline()).compare);
export const evaluate: typeof library.evaluate = late(async () => (await pipeline()).evaluate);
export const quantize: typeof library.quantize = late(async () => (await pipeline()).quantize);
export const quantizeAll: typeof library.quantizeAll = late(async () => (await pipeline()).quantizeAll);
export const quantizeReranker: typeof library.quantizeReranker = late(async () => (await pipeline()).quantizeReranker);
export const verify: typeof library.verify = late(async () => (await pipeline()).verify);
export const verifyReranker: typeof library.verifyReranker = late(async () => (await pipeline()).verifyReranker);

export const benchmark: typeof library.benchmark = late(async () => (await import('./benchmark/index.js')).benchmark);
export const convert: typeof library.convert = late(async () => (await import('./convert/index.js')).convert);
export const distill: typeof library.distill = late(async () => (await import('./distill/index.js')).distill);
export const embedToFile: typeof library.embedToFile = late(async () => (await import('./bulk/index.js')).embedToFile);
export const exportModel: typeof library.exportModel = late(
  async () => (await import('./export/index.js')).exportModel,
);
export const openTexts: typeof library.openTexts = late(async () => (await import('./texts/index.js')).openTexts);
export const readConfiguration: typeof library.readConfiguration = late(
  async () => (await import('./config/index.js')).readConfiguration,
);
export const readTask: typeof library.readTask = late(async () => (await import('./tasks/index.js')).readTask);
export const resolveModel: typeof library.resolveModel = late(
  async () => (await import('./registry/index.js')).resolveModel,
);

Embedder.fromConfig = late(async () => {
  const { embedderFromConfig } = await import('./configured/index.js');
  return embedderFromConfig;
});

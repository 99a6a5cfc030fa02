/**
 * What a checkpoint holds: the weights of a model folder by name, over files and shards; architectures as data, which say
 * what their tensors are called; and from both a plan of the encoder, with every tensor where it is stored.
 *
 * @module
 */
export type * from './encoder-plan.js';
export { type Checkpoint, openCheckpoint } from './open-checkpoint.js';
export { encoderHome } from './weights/encoder-home.js';
export { hasWeights, weightsName } from './weights/open-weights.js';
export { WeightFiles } from './weights/weight-files.js';

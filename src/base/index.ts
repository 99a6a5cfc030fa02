/** What every room may lean on: errors, progress, numbers, files. Knows nothing of models. */
export * from './breathe.js';
export { cacheFolder, temporaryCacheFolder } from './cache-folder.js';
export * from './cancel.js';
export {
  type CgroupLimit,
  cgroupFolders,
  readGroupMemoryLeft,
  readHierarchies,
  readThrottling,
} from './cgroup.js';
export { type CpuThrottling, parseThrottling } from './cgroup-files.js';
export * from './check-option.js';
export { type CpuFeatures, cpuFeatures } from './cpu-features.js';
export { type CpuTimes, readCpuTimes } from './cpu-times.js';
export { deadMemoryCollector } from './dead-memory.js';
export { distinctEnds } from './distinct-ends.js';
export * from './errors.js';
export * from './file-hash.js';
export * from './fp16.js';
export * from './host.js';
export { inOrder } from './in-order.js';
export { makeFolders } from './make-folders.js';
export * from './matrix.js';
export { nearestName } from './nearest-name.js';
export * from './order.js';
export * from './output-file.js';
export * from './parquet-codecs.js';
export * from './printable.js';
export * from './progress.js';
export * from './quantities.js';
export * from './random.js';
export * from './safetensors.js';
export { type SplitLinesOptions, splitLines } from './split-lines.js';
export { firstMessage, startThread } from './start-thread.js';
export * from './statistics.js';
export * from './vectors.js';
export * from './version.js';

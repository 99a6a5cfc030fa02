/** Facts about the machine: CPU features, cores, control groups, memory. */
export { type CgroupLimit, cgroupFolders, readGroupMemoryLeft, readHierarchies, readThrottling } from './cgroup.js';
export { type CpuThrottling, parseThrottling } from './cgroup-files.js';
export { type CpuFeatures, cpuFeatures } from './cpu-features.js';
export { type CpuTimes, readCpuTimes } from './cpu-times.js';
export * from './host.js';

/**
 * Running token ids through a model, behind the {@link Engine} interface.
 *
 * @module
 */

export { returnFreedMemory } from '../native/index.js';
export type { Isolation } from '../threads/index.js';
export {
  type EngineChoice,
  type EngineChoiceOptions,
  engineChoices,
  engineOptionChecks,
  loadEngine,
} from './choose-engine.js';
export { type DeclaredUse, declaredUse } from './declared-use.js';
export type * from './engine.js';
export { type NativeEngineOptions, nativeEngineState, tryNativeEngine } from './native/native-engine.js';
export { type Device, devices } from './onnxruntime/device.js';
export {
  type GraphData,
  type GraphInput,
  type GraphSession,
  type GraphTensor,
  openSession,
} from './onnxruntime/graph-session.js';
export { type EngineOptions, loadOnnxRuntimeEngine } from './onnxruntime/load-engine.js';
export { type MemoryMode, memoryModes, memoryNeeds } from './onnxruntime/memory-plan.js';
export { textFeeds } from './onnxruntime/text-feeds.js';
export { planThreads, type ThreadOptions, type ThreadPlan } from './thread-plan.js';
export { textsOfBatch, tokenBatch } from './token-batch.js';

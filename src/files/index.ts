/** Whole-or-nothing output files, hashes, cache folders, and the formats NumPy, Parquet, safetensors and the weights of PyTorch. */
export { cacheFolder, cacheFolders, temporaryCacheFolder } from './cache-folder.js';
export { checkSpace } from './disk-space.js';
export { exists } from './exists.js';
export * from './file-hash.js';
export { filesBelow } from './files-below.js';
export { keptVectorsFolder } from './kept-vectors.js';
export { makeFolders } from './make-folders.js';
export { maybeJson } from './maybe-json.js';
export * from './output-file.js';
export { OwnedFile, type OwnedLine } from './owned-file.js';
export * from './parquet-codecs.js';
export { readText, readTextIfThere } from './read-text.js';
export * from './safetensors.js';
export { type NewTensor, safetensorsBytes } from './safetensors-bytes.js';
export * from './safetensors-file.js';
export { safetensorsPieces, type TensorSource, tensorView } from './safetensors-writer.js';
export { checkVacant, checkWritable, openStaging } from './staging.js';
export { readTorchHeader } from './torch/torch-file.js';

/**
 * What an embedding model is on disk: a folder in Hugging Face / sentence-transformers layout, or a single ONNX file.
 *
 * @module
 */
export { checkOnnxFile } from './check-onnx-file.js';
export { configurationFiles } from './configuration-files.js';
export { type Derivation, type DerivedPlace, derivedPlace, derivedPlaces } from './derived/derived-file.js';
export { readDerivedNote, writeDerivedNote } from './derived/derived-note.js';
export { dimensionsOf } from './dimensions.js';
export { findOnnxFile, listOnnxFiles } from './find-onnx-file.js';
export * from './head.js';
export { readJsonFile } from './json-file.js';
export { type MappedCopy, mappedCopy } from './mapped-copy.js';
export { type ModelFacts, usualLabel } from './model-facts.js';
export { type ModelFiles, type ModelOverrides, type OpenModelOptions, overridesOf } from './model-files.js';
export { openModelFolder } from './model-folder.js';
export { modelName } from './model-name.js';
export { type NameFields, type NameTemplate, nameFields, nameTemplate, ownFields } from './name-template.js';
export { modelHash, weightBytes } from './onnx-weights.js';
export { modelOverrideChecks, openModelOptionChecks } from './open-model-options.js';
export { refuseOtherFormat } from './other-formats.js';
export { findHead, refuseOtherStart } from './read-head.js';
export { type Module, readModules, transformerFolder } from './read-modules.js';
export { floatTypes, widen } from './safetensors.js';
export { type StaticFolder, type StaticReading, staticFolder } from './static-folder.js';
export * from './variants.js';

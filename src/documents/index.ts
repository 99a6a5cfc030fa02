/**
 * Documents of many formats, cut into chunks along their structure.
 *
 * @module
 */
export { chunkDocument } from './chunking/chunk-document.js';
export type { Chunking } from './chunking/chunking.js';
export type { CountTokens } from './chunking/pieces.js';
export {
  type Block,
  type BlockKind,
  type Chunk,
  type Metadata,
  type MetadataValue,
  type ParsedDocument,
  type Place,
  textOfChunk,
} from './document.js';
export { metadataOf } from './metadata.js';
export { parsedText } from './parsed-text.js';
export { type DocumentSource, type ReadDocumentsOptions, readDocuments } from './read-documents.js';
export { checkRoot, type DocumentRoot, type FoundFile, rootOf, type SkippedFile, walkFiles } from './walk-files.js';
export { watchFiles } from './watch-files.js';

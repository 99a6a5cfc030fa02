/**
 * tokenizer.json for model folders that have older files instead: vocabularies of WordPiece, models of SentencePiece.
 *
 * @module
 */
export { missingTokenizer } from './make-tokenizer.js';

import { isAbsolute, sep } from 'node:path';
import { homeFolder, nearestName } from '../base/index.js';

/** Embedding models that are often asked for, by their full names on the hub. */
export const knownNames = [
  'sentence-transformers/all-MiniLM-L6-v2',
  'sentence-transformers/all-MiniLM-L12-v2',
  'sentence-transformers/all-mpnet-base-v2',
  'sentence-transformers/multi-qa-MiniLM-L6-cos-v1',
  'sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2',
  'sentence-transformers/paraphrase-multilingual-mpnet-base-v2',
  'BAAI/bge-small-en-v1.5',
  'BAAI/bge-base-en-v1.5',
  'BAAI/bge-large-en-v1.5',
  'BAAI/bge-m3',
  'intfloat/e5-small-v2',
  'intfloat/e5-base-v2',
  'intfloat/e5-large-v2',
  'intfloat/multilingual-e5-small',
  'intfloat/multilingual-e5-base',
  'intfloat/multilingual-e5-large',
  'thenlper/gte-small',
  'thenlper/gte-base',
  'Alibaba-NLP/gte-base-en-v1.5',
  'Alibaba-NLP/gte-large-en-v1.5',
  'Alibaba-NLP/gte-multilingual-base',
  'nomic-ai/nomic-embed-text-v1',
  'nomic-ai/nomic-embed-text-v1.5',
  'nomic-ai/modernbert-embed-base',
  'mixedbread-ai/mxbai-embed-large-v1',
  'Snowflake/snowflake-arctic-embed-xs',
  'Snowflake/snowflake-arctic-embed-s',
  'Snowflake/snowflake-arctic-embed-m',
  'Snowflake/snowflake-arctic-embed-l-v2.0',
  'jinaai/jina-embeddings-v2-small-en',
  'jinaai/jina-embeddings-v2-base-en',
  'google/embeddinggemma-300m',
  'Qwen/Qwen3-Embedding-0.6B',
] as const;

/** Returns the known model that a name of the hub was probably meant to be: in another case, or with a slip. */
export function nearestKnownName(id: string): string | undefined {
  const byCase = new Map(knownNames.map((name) => [name.toLowerCase(), name]));
  const word = id.toLowerCase();
  const near = byCase.get(word) ?? byCase.get(nearestName(word, [...byCase.keys()]) ?? '');
  return near === id ? undefined : near;
}

/**
 * Suggests what to do where a word is neither a path nor a name: the model that was probably meant, or what names look
 * like.
 */
export function suggestName(text: string): string {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) {
    return 'Addresses of models of the Hugging Face hub are fetched, and no others: download the model, and give its folder. HF_ENDPOINT names a mirror of the hub.';
  }
  if (text.includes('\\') && sep === '/') {
    return `Paths have "/" on this system: ${text.replaceAll('\\', '/')}.`;
  }
  if (/[/.](onnx|pt|bin|gguf|safetensors)$/i.test(text) || /^([./~]|[a-z]:\\)/i.test(text)) {
    const from = text.startsWith('~') ? `~ is ${homeFolder()}` : `it counts from ${process.cwd()}`;
    return `Check the path${isAbsolute(text) ? '' : `; ${from}`}.`;
  }
  const bare = new Map(knownNames.map((name) => [name.slice(name.indexOf('/') + 1).toLowerCase(), name]));
  const word = text.toLowerCase();
  const meant = bare.get(word) ?? bare.get(nearestName(word, [...bare.keys()]) ?? '');
  return meant === undefined
    ? 'Give a folder, an .onnx file, or a name of the hub as owner/name.'
    : `Did you mean ${meant}?`;
}

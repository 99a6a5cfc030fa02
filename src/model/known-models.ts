import type { PoolingMode } from './head.js';

/**
 * What the makers of well-known models say of them, for folders that have lost it: repositories in the layout of
 * transformers.js bring no modules.json and no 1_Pooling.
 */
export interface KnownModel {
  /** As people call it. */
  readonly name: string;
  /** Found in the last part of a model's name, in lower case: "bge-small-en-v1.5". */
  readonly pattern: RegExp;
  readonly pooling: PoolingMode;
  /** Whether vectors are scaled to length 1; true where nothing is said. */
  readonly normalize?: boolean;
  /** Longest input in tokens, where that is less than what its files say. */
  readonly maxTokens?: number;
  /** Prompts by name. */
  readonly prompts?: Readonly<Record<string, string>>;
}

const passages = { query: 'Represent this sentence for searching relevant passages: ' };
const chinesePassages = { query: '为这个句子生成表示以用于检索相关文章：' };
const e5 = { query: 'query: ', passage: 'passage: ' };
const nomic = {
  query: 'search_query: ',
  document: 'search_document: ',
  clustering: 'clustering: ',
  classification: 'classification: ',
};
const gemma = {
  query: 'task: search result | query: ',
  document: 'title: none | text: ',
  Clustering: 'task: clustering | query: ',
  Classification: 'task: classification | query: ',
  STS: 'task: sentence similarity | query: ',
};
const qwen3 = {
  query: 'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:',
  document: '',
};

/** The first whose pattern is found counts. */
export const knownModels: readonly KnownModel[] = [
  known('all-MiniLM-L12', /all-minilm-l12-v\d/, 'mean', { maxTokens: 128 }),
  known('all-MiniLM-L6', /all-minilm-l6-v\d/, 'mean', { maxTokens: 256 }),
  known('all-mpnet-base', /all-mpnet-base-v\d/, 'mean', { maxTokens: 384 }),
  known('all-distilroberta', /all-distilroberta-v\d/, 'mean', { maxTokens: 512 }),
  known('multi-qa-mpnet-base-dot', /multi-qa-mpnet-base-dot-v\d/, 'cls', { normalize: false, maxTokens: 512 }),
  known('multi-qa-…-cos', /multi-qa-(minilm-l6|mpnet-base|distilbert)-cos-v\d/, 'mean', { maxTokens: 512 }),
  known('paraphrase-multilingual', /paraphrase-multilingual-(minilm-l12|mpnet-base)-v2/, 'mean', {
    normalize: false,
    maxTokens: 128,
  }),
  known('paraphrase-MiniLM', /paraphrase-minilm-l(3|6|12)-v2/, 'mean', { normalize: false, maxTokens: 128 }),
  known('BGE-M3', /bge-m3$|bge-m3[-_.](onnx|int8|fp16|quantized)/, 'cls', { maxTokens: 8192 }),
  known('BGE', /bge-(small|base|large)-en/, 'cls', { maxTokens: 512, prompts: passages }),
  known('BGE', /bge-(small|base|large)-zh/, 'cls', { maxTokens: 512, prompts: chinesePassages }),
  known('multilingual E5 instruct', /multilingual-e5-large-instruct/, 'mean', { maxTokens: 512 }),
  known('E5', /(^|[-_])e5-(small|base|large)(-v2)?/, 'mean', { maxTokens: 512, prompts: e5 }),
  known('GTE', /gte-(base|large)-en-v1\.5|gte-multilingual-base|gte-modernbert-base/, 'cls', { maxTokens: 8192 }),
  known('GTE', /(^|[-_])gte-(small|base|large)(-zh)?$/, 'mean', { maxTokens: 512 }),
  known('nomic-embed-text', /nomic-embed-text-v2-moe/, 'mean', { maxTokens: 512, prompts: nomic }),
  known('nomic-embed-text', /nomic-embed-text-v1(\.5)?/, 'mean', { maxTokens: 8192, prompts: nomic }),
  known('mxbai-embed-large', /mxbai-embed-large-v1/, 'cls', { maxTokens: 512, prompts: passages }),
  known('Arctic Embed 2', /snowflake-arctic-embed-[lm]-v2\.0/, 'cls', {
    maxTokens: 8192,
    prompts: { query: 'query: ' },
  }),
  known('Arctic Embed', /snowflake-arctic-embed-m-long/, 'cls', { prompts: passages }),
  known('Arctic Embed', /snowflake-arctic-embed-(xs|s|m|l)/, 'cls', { maxTokens: 512, prompts: passages }),
  known('jina-embeddings-v2', /jina-embeddings-v2-(small|base)-/, 'mean', { maxTokens: 8192 }),
  known('EmbeddingGemma', /embeddinggemma-300m/, 'mean', { maxTokens: 2048, prompts: gemma }),
  known('Qwen3-Embedding', /qwen3-embedding-\d/, 'lasttoken', { maxTokens: 32768, prompts: qwen3 }),
];

function known(
  name: string,
  pattern: RegExp,
  pooling: PoolingMode,
  more: Omit<KnownModel, 'name' | 'pattern' | 'pooling'> = {},
): KnownModel {
  return { name, pattern, pooling, ...more };
}

/** Models whose names contain that of an embedding model, and that are something else. */
const otherTasks = /rerank|cross-encoder|colbert|splade|sparse/;

/**
 * Finds what is known about a model by its name.
 *
 * @param modelName "BAAI/bge-small-en-v1.5", "Xenova_bge-small-en-v1.5"
 */
export function findKnownModel(modelName: string): KnownModel | undefined {
  const last = modelName.toLowerCase().split('/').at(-1) ?? '';
  return otherTasks.test(last) ? undefined : knownModels.find(({ pattern }) => pattern.test(last));
}

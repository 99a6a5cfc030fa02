import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModelFolder } from '../model/index.js';
import type { Matrix } from '../numbers/index.js';
import { writeModel } from '../onnx/index.js';
import { modelGraph } from '../static/index.js';
import type { TablePrecision } from './distill-options.js';
import { tableBytes } from './table-bytes.js';

/** A static model that is to be written. */
export interface NewStaticModel {
  /** [tokens × dimensions] */
  readonly vectors: Matrix;
  readonly precision: TablePrecision;
  /** Content of tokenizer.json. */
  readonly tokenizer: object;
  readonly unknownToken?: string;
  readonly paddingToken?: string;
  /** For config.json and the model card. */
  readonly facts: ModelFacts;
}

export interface ModelFacts {
  /** "all-MiniLM-L6-v2" */
  readonly teacher: string;
  /** How it was made, in a sentence. */
  readonly made: string;
  readonly [key: string]: unknown;
}

/**
 * Writes a folder that model2vec, sentence-transformers' StaticEmbedding, octavec, and by its ONNX file transformers.js and ONNX
 * Runtime load.
 */
export async function writeStaticModel(folder: string, model: NewStaticModel): Promise<void> {
  const { vectors, precision, tokenizer, unknownToken, paddingToken, facts } = model;
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const write = (name: string, content: unknown) =>
    writeFile(join(folder, name), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  await writeFile(join(folder, 'model.safetensors'), tableBytes(vectors, precision));
  await write('tokenizer.json', `${JSON.stringify(tokenizer)}\n`);
  await write('tokenizer_config.json', {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: 1_000_000,
    ...(unknownToken !== undefined && { unk_token: unknownToken }),
    // transformers.js pads the texts of a pipeline, and has no token for that by itself.
    ...(paddingToken !== undefined && { pad_token: paddingToken }),
  });
  await write('config.json', {
    model_type: 'model2vec',
    architectures: ['StaticModel'],
    hidden_dim: vectors.columns,
    seq_length: 1_000_000,
    normalize: true,
    embedding_dtype: dtypes[precision],
    octavec: facts,
  });
  await write('modules.json', [
    { idx: 0, name: '0', path: '.', type: 'sentence_transformers.models.StaticEmbedding' },
    { idx: 1, name: '1', path: '1_Normalize', type: 'sentence_transformers.models.Normalize' },
  ]);
  await write('README.md', modelCard(facts));
  // What octavec itself reads of the folder is what the graph computes.
  await writeModel(await modelGraph(await openModelFolder(folder)), join(folder, 'onnx', 'model.onnx'));
}

const dtypes: Readonly<Record<TablePrecision, string>> = { fp32: 'float32', fp16: 'float16', int8: 'int8' };

function modelCard({ teacher, made }: ModelFacts): string {
  return `---
library_name: model2vec
base_model: ${teacher}
tags:
- embeddings
- static-embeddings
- sentence-transformers
---

# A static model of ${teacher}

A vector for each token; a text's vector is their mean. ${made}

It knows words, not their order, and not what a word means in its sentence: search, sort and group by topic with it, and let a
model that reads sentences decide what is close.
`;
}

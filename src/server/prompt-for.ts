import { Problem } from './problem.js';
import type { ServedModel } from './served-model.js';

/** Names of prompts, in the order in which they are looked for, by what clients say their texts are. */
const promptNames: Readonly<Record<string, readonly string[]>> = {
  query: ['query', 'search_query', 'retrieval.query', 's2p_query', 'Retrieval-query', 'web_search_query'],
  document: ['document', 'passage', 'search_document', 'retrieval.passage', 'Retrieval-document'],
  classification: ['classification', 'Classification'],
  clustering: ['clustering', 'Clustering'],
};

/** What Cohere's, Jina's, Voyage's, NVIDIA's and Google's clients call it. */
const kinds: Readonly<Record<string, keyof typeof promptNames>> = {
  query: 'query',
  search_query: 'query',
  'retrieval.query': 'query',
  retrieval_query: 'query',
  document: 'document',
  passage: 'document',
  search_document: 'document',
  'retrieval.passage': 'document',
  retrieval_document: 'document',
  classification: 'classification',
  clustering: 'clustering',
};

/**
 * The name of the model's prompt for a kind of text ("query", "search_document"). A model that has no prompt for a known
 * kind takes texts of that kind as they are.
 *
 * @throws Problem `invalid` for a kind that nobody knows and that is no prompt of the model
 */
export async function promptFor(model: ServedModel, inputType: string | undefined): Promise<string | undefined> {
  if (inputType === undefined) {
    return undefined;
  }
  const { prompts } = await model.describe();
  if (Object.hasOwn(prompts, inputType)) {
    return inputType;
  }
  const kind = kinds[inputType.toLowerCase()];
  if (kind === undefined) {
    const known = [...new Set([...Object.keys(prompts), ...Object.keys(kinds)])].join(', ');
    throw new Problem('invalid', `'input_type' is '${inputType}', and must be one of: ${known}`, 'input_type');
  }
  return promptNames[kind].find((name) => Object.hasOwn(prompts, name));
}

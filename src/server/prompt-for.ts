import { ownValue } from '../base/index.js';
import type { PromptOptions } from '../embed/index.js';
import { Problem } from '../http/index.js';
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
 * Returns the model's prompt for a kind of text ("query", "search_document"). Texts of a known kind that the model has
 * no prompt for are taken as they are; without a kind, the default prompt counts.
 *
 * @throws Problem `invalid` for a kind that nobody knows and that is no prompt of the model
 */
export async function promptFor(model: ServedModel, inputType: string | undefined): Promise<PromptOptions> {
  if (inputType === undefined) {
    return {};
  }
  const { prompts } = await model.describe();
  if (Object.hasOwn(prompts, inputType)) {
    return { promptName: inputType };
  }
  const kind = ownValue(kinds, inputType.toLowerCase());
  if (kind === undefined) {
    const known = [...new Set([...Object.keys(prompts), ...Object.keys(kinds)])].join(', ');
    throw new Problem('invalid', `'input_type' is '${inputType}', and must be one of: ${known}`, 'input_type');
  }
  const promptName = promptNames[kind].find((name) => Object.hasOwn(prompts, name));
  return promptName === undefined ? { prompt: '' } : { promptName };
}

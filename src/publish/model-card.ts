import { basename } from 'node:path';
import type { Evidence } from '../evaluate/index.js';
import { markdownSection } from '../report/index.js';
import type { CardFacts } from './card-facts.js';
import { hubUsage } from './hub-usage.js';

/**
 * Writes the README of a repository on the hub: what the model is, how good it is, how it was made, and how each
 * library loads it.
 */
export function modelCard(facts: CardFacts): string {
  const { base, variants, head, width, maxTokens, prompts } = facts;
  const names = Object.entries(prompts).filter(([, text]) => text !== '');
  const precisions = variants.map(({ variant }) => variant.toUpperCase()).join(', ');
  const traits = [
    `${width} dimensions`,
    `${head.pooling.join(' and ')} pooling${head.normalize ? ', vectors of length 1' : ''}`,
    `texts up to ${maxTokens} tokens`,
  ];
  const prompted = names.map(([name, text]) => `- \`${name}\`: \`${text}\``).join('\n');
  return [
    header(facts),
    `# ${facts.repository.slice(facts.repository.indexOf('/') + 1)}\n`,
    `[${base}](https://huggingface.co/${base}) as ${precisions} ONNX. ${traits.join('; ')}. Licence: ${facts.licence}, as the original's.\n`,
    ...(names.length > 0 ? [`Texts need the prompt that the model was trained with:\n\n${prompted}\n`] : []),
    markdownSection(variants.map(({ evidence }) => withoutFolders(evidence))),
    '## Use\n',
    hubUsage(facts),
  ].join('\n');
}

/** Removes folders from evidence: where somebody's texts lie is private. */
function withoutFolders(evidence: Evidence): Evidence {
  return { ...evidence, texts: { ...evidence.texts, source: basename(evidence.texts.source) } };
}

/** Writes the header that the hub reads. */
function header({ base, licence, languages = [], variants }: CardFacts): string {
  const list = (key: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`${key}:`, ...values.map((value) => `- ${yaml(value)}`)];
  return [
    '---',
    `license: ${yaml(licence)}`,
    `base_model: ${yaml(base)}`,
    'base_model_relation: quantized',
    'library_name: sentence-transformers',
    'pipeline_tag: feature-extraction',
    ...list('language', languages),
    ...list('tags', [
      'onnx',
      'sentence-transformers',
      'transformers.js',
      'octavec',
      ...variants.map((one) => one.variant),
    ]),
    '---\n',
  ].join('\n');
}

/** Writes a word as it is, all else in quotes: "no" is a language, and in YAML it is not. */
function yaml(text: string): string {
  return /^[a-z][\w./-]+$/i.test(text) && !/^(no|yes|on|off|true|false|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

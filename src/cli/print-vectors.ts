import { once } from 'node:events';
import { pickOptions } from '../base/index.js';
import {
  type EmbedToFileOptions,
  type EmbedToFileOutcome,
  jsonRecord,
  needsRanges,
  storeVectors,
  type TextRecord,
  type TextSource,
} from '../bulk/index.js';
import { type Embedder, embedOptionChecks } from '../embed/index.js';

/**
 * Prints a line of JSON for each text as soon as it is there, no faster than they are read; with `json` one list.
 *
 * @returns how many texts there were, how many of them were truncated, and how many empty lines were passed over
 */
export function printVectors({ json = false }: { readonly json?: boolean }) {
  return (embedder: Embedder, source: TextSource, options: EmbedToFileOptions) =>
    print(embedder, source, options, json);
}

async function print(
  embedder: Embedder,
  source: TextSource,
  options: EmbedToFileOptions,
  json: boolean,
): Promise<Pick<EmbedToFileOutcome, 'texts' | 'truncated' | 'emptyLines'>> {
  const { type = 'float32', ranges } = options;
  let texts = 0;
  let truncated = 0;
  const streamed = { ...pickOptions(options, embedOptionChecks), textOf: ({ text }: TextRecord) => text };
  for await (const { items, vectors } of embedder.stream(source.records, streamed)) {
    const stored = storeVectors(vectors, type, needsRanges(type) ? ranges : undefined);
    const records = items.map((item, row) => jsonRecord(item, stored, row));
    const printed = json
      ? `${texts === 0 ? '[' : ','}${records.join(',')}`
      : records.map((each) => `${each}\n`).join('');
    if (!process.stdout.write(printed)) {
      await once(process.stdout, 'drain');
    }
    texts += items.length;
    truncated += vectors.truncated;
  }
  if (json) {
    process.stdout.write(texts === 0 ? '[]\n' : ']\n');
  }
  return { texts, truncated, emptyLines: source.emptyLines?.() ?? 0 };
}

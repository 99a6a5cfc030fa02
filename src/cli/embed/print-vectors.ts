import { once } from 'node:events';
import { pickOptions } from '../../base/index.js';
import {
  type EmbedToFileOptions,
  type EmbedToFileOutcome,
  jsonRecord,
  needsRanges,
  type SkippedText,
  siftBatch,
  storeVectors,
} from '../../bulk/index.js';
import { type Embedder, embedOptionChecks } from '../../embed/index.js';
import type { TextRecord, TextSource } from '../../texts/index.js';

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
): Promise<Pick<EmbedToFileOutcome, 'texts' | 'truncated' | 'emptyLines' | 'skipped'>> {
  const { type = 'float32', ranges, digits } = options;
  const skipped: SkippedText[] = [];
  let texts = 0;
  let truncated = 0;
  const streamed = { ...pickOptions(options, embedOptionChecks), textOf: ({ text }: TextRecord) => text };
  for await (const batch of embedder.stream(source.records, streamed)) {
    const sifted = siftBatch(batch);
    skipped.push(...sifted.skipped);
    if (sifted.records.length === 0) {
      continue;
    }
    const stored = storeVectors(sifted.vectors, type, needsRanges(type) ? ranges : undefined);
    const records = sifted.records.map((item, row) => jsonRecord(item, stored, row, digits));
    const printed = json
      ? `${texts === 0 ? '[' : ','}${records.join(',')}`
      : records.map((each) => `${each}\n`).join('');
    if (!process.stdout.write(printed)) {
      await once(process.stdout, 'drain');
    }
    texts += records.length;
    truncated += batch.vectors.truncated;
  }
  if (json) {
    process.stdout.write(texts === 0 ? '[]\n' : ']\n');
  }
  return { texts, truncated, emptyLines: source.emptyLines?.() ?? 0, skipped };
}

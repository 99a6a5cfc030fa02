// Makes data/verification-texts.json and data/calibration-texts.json, the same ones every time.
//
//   node scripts/make-texts.mjs <scifact folder> <scifact-mini folder> <banking77 folder>
//
// Folders: SciFact in BEIR layout, the part of it that the evaluation tasks use, and banking77 as train.tsv and
// test.tsv (label, text). No text stands in both lists, and no abstract in either is one that the evaluation tasks
// search: a calibrated model is never judged on what it was calibrated with.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [scifact, mini, banking] = process.argv.slice(2);

const jsonLines = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const questions = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(1)
    .filter(Boolean)
    .map((line) => line.split('\t')[1].trim());
/** A shuffle that depends on nothing but the texts. */
const shuffled = (texts) => {
  const key = (text) => createHash('sha256').update(text).digest('hex');
  return [...new Set(texts)]
    .map((text) => [key(text), text])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text);
};
const clean = (text) => text.replace(/\s+/g, ' ').trim();
const sentences = (text) =>
  Array.from(new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text), ({ segment }) => segment.trim());

const searched = new Set(jsonLines(join(mini, 'corpus.jsonl')).map(({ _id }) => _id));
const abstracts = shuffled(
  jsonLines(join(scifact, 'corpus.jsonl'))
    .filter(({ _id }) => !searched.has(_id))
    .map(({ text }) => clean(text))
    .filter((text) => text.length > 600 && text.length < 2400),
);
const claims = shuffled(jsonLines(join(scifact, 'queries.jsonl')).map(({ text }) => clean(text)));
const asked = shuffled(questions(join(banking, 'test.tsv')));
const trained = shuffled(questions(join(banking, 'train.tsv')).filter((text) => !asked.includes(text)));
const half = Math.floor(abstracts.length / 2);

/** Whole abstracts, and sentences of others: short ones to long ones. */
const parts = (from, whole, single) => {
  const pool = shuffled(from.slice(whole).flatMap(sentences)).filter((text) => text.length > 25 && text.length < 400);
  return [...from.slice(0, whole), ...pool.slice(0, single)];
};
const write = (name, texts) => {
  const list = shuffled(texts);
  writeFileSync(new URL(`../data/${name}`, import.meta.url), `${JSON.stringify(list, null, 2)}\n`);
  console.log(name, list.length, 'texts', Buffer.byteLength(JSON.stringify(list)), 'bytes');
};
write('verification-texts.json', [
  ...asked.slice(0, 300),
  ...claims.slice(0, 140),
  ...parts(abstracts.slice(0, half), 60, 500),
]);
write('calibration-texts.json', [...trained.slice(0, 190), ...parts(abstracts.slice(half), 60, 262)]);

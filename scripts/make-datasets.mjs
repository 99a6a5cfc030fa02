// Makes the folders of datasets/, the same ones every time.
//
//   node scripts/make-datasets.mjs <scifact-mini folder> <banking77 folder>
//
// scifact-mini is copied (all relevant and 717 other documents of SciFact, in BEIR layout). banking77-mini gets 20
// training and 10 test texts of each label; none of them is a calibration text, so that a calibrated model is never
// judged on what it was calibrated with.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [scifact, banking] = process.argv.slice(2);
const target = fileURLToPath(new URL('../datasets/', import.meta.url));
const calibration = new Set(
  JSON.parse(readFileSync(new URL('../data/calibration-texts.json', import.meta.url), 'utf8')),
);

mkdirSync(join(target, 'scifact-mini'), { recursive: true });
for (const name of ['corpus.jsonl', 'queries.jsonl', 'qrels.tsv']) {
  copyFileSync(join(scifact, name), join(target, 'scifact-mini', name));
}

mkdirSync(join(target, 'banking77-mini'), { recursive: true });
const used = new Set();
for (const [name, perLabel] of [
  ['test', 10],
  ['train', 20],
]) {
  const rows = readFileSync(join(banking, `${name}.tsv`), 'utf8')
    .split('\n')
    .slice(1)
    .filter(Boolean)
    .map((line) => line.split('\t').map((field) => field.trim()))
    .filter(([, text]) => !calibration.has(text))
    .map(([label, text]) => ({ label, text, key: createHash('sha256').update(text).digest('hex') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const counts = new Map();
  const kept = rows.filter(({ label, text }) => {
    const count = counts.get(label) ?? 0;
    if (count === perLabel || used.has(text)) {
      return false;
    }
    counts.set(label, count + 1);
    used.add(text);
    return true;
  });
  const lines = kept.map(({ label, text }) => `${label}\t${text}`);
  writeFileSync(join(target, 'banking77-mini', `${name}.tsv`), `${['label\ttext', ...lines].join('\n')}\n`);
  console.log(name, kept.length, 'texts,', counts.size, 'labels');
}

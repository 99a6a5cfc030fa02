import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTinyFolder } from '../support/tiny-folder.js';
import { octavec, temporaryFolder } from './octavec.js';

const letters = 'abcdefghijklmnopqrstuvwxyz';
const texts = Array.from(
  { length: 60 },
  (_, i) => `${letters[i % 26]} ${letters[(7 * i) % 26]}${letters[(3 * i) % 26]}`,
);

test('distill makes a model that embeds, and compare holds it against its teacher', async () => {
  const folder = temporaryFolder();
  const [teacher, output, file, pairs] = ['teacher', 'small', 'texts.txt', 'pairs.tsv'].map((name) =>
    join(folder, name),
  );
  makeTinyFolder(teacher, 'bert');
  writeFileSync(file, texts.join('\n'));
  const rows = texts.slice(0, 9).map((text, i) => `${i % 6}\t${text}\t${texts[2 * i]}`);
  writeFileSync(pairs, ['score\tsentence1\tsentence2', ...rows].join('\n'));
  const made = await octavec([
    ...[
      'distill',
      teacher,
      output,
      '--texts',
      file,
      '--no-embedded-first',
      '--dimensions',
      '24',
      '--precision',
      'int8',
    ],
  ]);
  expect(made.stderr).toBe('');
  expect(made.stdout).toMatch(/table {4}54 tokens × 24 dimensions, int8/);
  expect(made.stdout).toContain(`octavec compare ${teacher} ${output}`);
  const vectors = await octavec(['embed', output, 'a b c', '--json']);
  expect(JSON.parse(vectors.stdout)).toBeTruthy();
  const { stdout, status } = await octavec([
    ...['compare', teacher, output, '--texts', file, '--task', `sts:${pairs}`, '--no-bench', '--no-cache'],
  ]);
  expect(stdout).toMatch(/^small \(static, int8\) .* 24 /m);
  expect(stdout).toContain('It will not see the order of words');
  expect(status).toBe(0);
});

test('quantize and verify take static models as folders without ONNX files', async () => {
  const folder = temporaryFolder();
  const [teacher, table, small, file] = ['teacher', 'table', 'small', 'texts.txt'].map((name) => join(folder, name));
  makeTinyFolder(teacher, 'bert');
  writeFileSync(file, texts.join('\n'));
  for (const [output, precision] of [
    [table, 'fp32'],
    [small, 'int8'],
  ]) {
    await octavec(['distill', teacher, output, '--texts', 'none', '--dimensions', '24', '--precision', precision]);
    rmSync(join(output, 'onnx'), { recursive: true });
  }
  const candidate = join(small, 'model.safetensors');
  const verified = await octavec(['verify', candidate, '--against', table, '--texts', file, '--gate', 'int8']);
  expect([verified.status, verified.stdout]).toEqual([0, expect.stringContaining('static 0.')]);
  const quantized = await octavec(['quantize', table, join(folder, 'out'), '--to', 'int8', '--texts', file]);
  expect([quantized.status, quantized.stderr]).toEqual([1, expect.stringContaining('has nothing to quantize')]);
});

test.each([
  [['--texts', 'none', '--dimensions', '1000'], 2, /1000 dimensions were asked for, and the teacher's vectors have 64/],
  [['--texts', 'none', '--size', '1kB'], 2, /Allow .* at least \(--size\)/],
  [['--size', 'much'], 2, /It must be a size, such as 25MB/],
  [['--texts', 'nowhere.txt'], 1, /File of texts not found: nowhere\.txt/],
  [['--texts', '/dev/null'], 2, /There is no text to tune the model on/],
  [['--texts', 'none', '--vocabulary', 'nowhere.txt'], 1, /File of texts not found: nowhere\.txt/],
  [['--texts', 'none', '--vocabulary', '/dev/null'], 2, /There is no word in \/dev\/null/],
  [['--texts', 'none', '--vocabulary', '.'], 1, /Cannot read \.: it is a folder/],
  [['--texts', 'none', '--dimensions', '0'], 2, /It must be a whole number of at least 1/],
])('%j is refused', async (wrong, expected, message) => {
  const folder = temporaryFolder();
  makeTinyFolder(join(folder, 'teacher'), 'bert');
  const { status, stderr } = await octavec(['distill', join(folder, 'teacher'), join(folder, 'out'), ...wrong]);
  expect(stderr).toMatch(message);
  expect(status).toBe(expected);
});

/**
 * Size, quality and speed of every method, side by side with the files of onnxruntime.quantization:
 *
 *     node bench/method-table.mjs <test.tsv> <model folder in FP32> [--files folder] [--python python3] [--rounds N]
 *
 * `test.tsv` is an STS benchmark (see bench/sts-table.mjs). All files are made in a folder and kept there if one is
 * named; a file that is there already is not made again. Where Python has no onnxruntime, there are only octavec's files.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { calibrationTexts } from '../dist/evaluate/index.js';
import { openModelFolder } from '../dist/model/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '9' },
  },
});
const [table, folder] = positionals;
if (folder === undefined) {
  console.error(
    'usage: node bench/method-table.mjs <test.tsv> <model folder> [--files folder] [--python python3] [--rounds N]',
  );
  process.exit(2);
}
const own = { int8: 'int8', 'int8-static': 'int8_static', q8: 'q8', q4: 'q4', fp16: 'fp16', auto: 'auto' };
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const files = values.files ?? mkdtempSync(join(tmpdir(), 'octavec-bench-'));
try {
  const { onnxPath, tokenizerPath } = await openModelFolder(folder);
  const variants = [...makeOwn(), ...(await makeReferences(onnxPath, tokenizerPath))];
  run(process.execPath, [here('sts-table.mjs'), table, folder, ...variants]);
  console.log();
  run(process.execPath, [here('variant-speed.mjs'), '--rounds', values.rounds, onnxPath, ...variants]);
} finally {
  if (values.files === undefined) {
    rmSync(files, { recursive: true });
  }
}

function makeOwn() {
  const paths = Object.entries(own).map(([method, variant]) => [
    method,
    join(files, 'octavec', 'onnx', `model_${variant}.onnx`),
  ]);
  const missing = paths.filter(([, path]) => !existsSync(path)).map(([method]) => method);
  if (missing.length > 0) {
    const command = [here('../dist/cli/main.js'), 'quantize', folder, join(files, 'octavec')];
    execFileSync(process.execPath, [...command, '--to', missing.join(','), '--force', '--json'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return paths.map(([, path]) => path);
}

async function makeReferences(onnxPath, tokenizerPath) {
  const target = join(files, 'onnxruntime');
  if (!existsSync(target)) {
    mkdirSync(target, { recursive: true });
    const texts = join(target, 'texts.txt');
    const all = await calibrationTexts();
    // The texts that octavec calibrates with, too.
    const chosen = all.filter((_, i) => i % Math.ceil(all.length / 128) === 0);
    writeFileSync(texts, chosen.map((text) => text.replaceAll('\n', ' ')).join('\n'));
    try {
      execFileSync(values.python, [here('make-reference-files.py'), onnxPath, tokenizerPath, texts, target], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    } catch (error) {
      console.error(`no files of onnxruntime.quantization: ${String(error).split('\n')[0]}`);
    }
  }
  return readdirSync(target)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => join(target, name));
}

function run(command, parameters) {
  execFileSync(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
}

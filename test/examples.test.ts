import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installModel, packInto, type Run, root, runIn, unpackInto } from './support/installed-package.js';
import { commandsOf, type Example, examplesOf, pages } from './support/page-examples.js';
import { makeTinyFolder } from './support/tiny-folder.js';

/**
 * Every example of the pages, run where a reader stands: in an empty folder with the package in it, and, for the
 * README, in a clone after `npm start`. A block with a file's name is that file; commands and programs run in the order
 * of the pages. A command that several pages have runs once. The README has the embedded model; for the other pages a
 * tiny one stands in its place: whether commands and programs run is the same question with both, and answered in a third
 * of the time.
 */
const folder = mkdtempSync(join(tmpdir(), 'octavec-readers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * What an example may do that a test must not: install, need a network or the native engine, measure for minutes. That
 * these commands exist, with their options, is another test's.
 */
const notRun = [
  /^(ONNXRUNTIME_NODE_INSTALL=skip )?npm /,
  /^npx octavec (bench|doctor|serve)\b|^curl /,
  /^npx octavec .*(--engine \S*native|mteb\/|STSBenchmark)/,
  // Names of the hub, and folders of safetensors, which their own tests have.
  /^npx octavec .*\b(BAAI|sentence-transformers|intfloat|google|nomic-ai|Qwen)\/|^npx octavec .*\.\/bge-small-en-v1\.5/,
  /^npx (octavec (pull|convert|models)|esbuild)\b|^HF_TOKEN=/,
  /bge-reranker/,
  // Devices that are not here, tools in Python, and minutes of distilling.
  /^python |^npx octavec (push|distill) |--device |minilm-static|\.\/bge-small /,
  // A package of its own, and the programs that start it.
  /^npx (-y )?.*octavec mcp|^claude /,
  // Machines of one's own, and their storage and queues.
  /^octavec jobs |^spark-submit /,
  // Databases, which are tests of their own.
  /postgres:\/\/|lancedb:/,
];
/** The same of programs; that they compile is another test's. */
const notRunPrograms =
  /octavec\/(langchain|llamaindex)|@huggingface\/transformers|127\.0\.0\.1:3000', apiKey|resolveModel\('BAAI|bge-reranker|from '\.\/bge|convert\('\.\/bge/;
/** Pages for those who work on octavec itself. */
const forReaders = pages.filter((page) => !/contributing|CONTRIBUTING|measured/i.test(page));

/** A place to stand in, with what was done there. */
interface Place {
  readonly folder: string;
  readonly run: Run;
  readonly done: Set<string>;
}

async function tryExample(example: Example, { folder, run, done }: Place): Promise<void> {
  const { language, name, code, line } = example;
  if (name !== '') {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
  } else if ((language === 'js' || language === 'ts') && notRunPrograms.test(code)) {
    return;
  } else if (language === 'js' || language === 'ts') {
    const file = `example-${line}.mjs`;
    writeFileSync(join(folder, file), code);
    await run('sh', '-euc', `node ${file} </dev/null`);
  } else if (language === 'toml') {
    writeFileSync(join(folder, 'snippet.toml'), code);
    const read = "import { readConfiguration } from 'octavec'; await readConfiguration({ file: 'snippet.toml' });";
    await run('node', '--input-type=module', '-e', read);
  } else if (language === 'sh') {
    for (const command of commandsOf(example).filter(
      (command) => !done.has(command) && !notRun.some((kind) => kind.test(command)),
    )) {
      await run('sh', '-euc', `{ ${command}; } </dev/null`);
      done.add(command);
    }
  }
}

/** Compares on 60 texts in place of a thousand, and calibrates on 30: the examples are what is tested, in a tenth of the time. */
function quickly(project: string): NodeJS.ProcessEnv {
  return { OCTAVEC_TEXTS: join(project, 'my-texts.txt'), OCTAVEC_CALIBRATION: join(project, 'my-calibration.txt') };
}

/** The same for programs, which get the texts of the installed package. */
function withFewTexts(project: string): void {
  for (const [name, count] of [
    ['verification', 60],
    ['calibration', 30],
  ] as const) {
    const path = join(project, 'node_modules/octavec/data', `${name}-texts.json`);
    const texts = JSON.parse(readFileSync(path, 'utf8')) as string[];
    writeFileSync(path, JSON.stringify(texts.slice(0, count)));
  }
}

const embeddedModel = join(root, 'models/all-MiniLM-L6-v2');

/** Puts a tiny model where the pages have the embedded one and the reader's own. */
function withTinyModel(project: string): void {
  for (const path of ['node_modules/@octavec/all-minilm-l6-v2', 'my-model']) {
    const model = join(project, path);
    rmSync(model, { recursive: true });
    makeTinyFolder(model, 'bert');
    cpSync(join(embeddedModel, 'package.json'), join(model, 'package.json'));
  }
}

/** What the pages take for the reader's own: a model, a file that somebody else made, texts, queries with their answers. */
function bringOwnFiles(project: string): void {
  cpSync(embeddedModel, join(project, 'my-model'), { recursive: true });
  mkdirSync(join(project, 'downloads'));
  // What somebody else made is what the pages before have made.
  symlinkSync(join(project, 'minilm/onnx/model_int8.onnx'), join(project, 'downloads/model_quantized.onnx'));
  const texts = JSON.parse(readFileSync(join(root, 'data/calibration-texts.json'), 'utf8')) as string[];
  writeFileSync(join(project, 'my-texts.txt'), oneALine(texts.slice(0, 60)));
  writeFileSync(join(project, 'my-calibration.txt'), oneALine(texts.slice(60, 90)));
  mkdirSync(join(project, 'docs'));
  const guide = examplesOf('docs/search.md').find(({ name }) => name === 'docs/guide.md');
  writeFileSync(join(project, 'docs/guide.md'), guide?.code ?? '');
  mkdirSync(join(project, 'my-queries'));
  const documents = texts.slice(0, 20).map((text, i) => JSON.stringify({ _id: `d${i}`, title: '', text }));
  const queries = texts.slice(0, 5).map((text, i) => JSON.stringify({ _id: `q${i}`, text: text.slice(0, 60) }));
  const relevant = [0, 1, 2, 3, 4].map((i) => `q${i}\td${i}\t1`);
  writeFileSync(join(project, 'my-queries/corpus.jsonl'), documents.join('\n'));
  writeFileSync(join(project, 'my-queries/queries.jsonl'), queries.join('\n'));
  writeFileSync(join(project, 'my-queries/qrels.tsv'), ['query-id\tcorpus-id\tscore', ...relevant].join('\n'));
}

function oneALine(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/\s+/g, ' ')).join('\n');
}

/** Blocks that do something. */
function runnable(page: string): Example[] {
  return examplesOf(page).filter(({ language, name }) => name !== '' || ['js', 'ts', 'sh', 'toml'].includes(language));
}

/** A folder of programs in which `npx octavec` is the installed command, without npm's half a second for each. */
function programs(project: string): string {
  const bin = join(project, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  // In the clone, the package's own command is the one that npx runs.
  const command = existsSync(join(project, 'dist')) ? 'dist/cli/main.js' : 'node_modules/octavec/dist/cli/main.js';
  writeFileSync(
    join(bin, 'npx'),
    `#!/bin/sh\n[ "$1" = octavec ] && shift && exec node "${join(project, command)}" "$@"\n`,
    {
      mode: 0o755,
    },
  );
  return `${bin}:/usr/bin:/bin`;
}

function testPages(names: readonly string[], place: () => Place): void {
  for (const page of names) {
    test.each(runnable(page).map((example) => [`${page}:${example.line}`, example] as const))(
      '%s',
      async (_, example) => {
        await tryExample(example, place());
      },
    );
  }
}

const examplePrograms = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.mjs'));
/** Those that fail where texts that mean the same have no vectors near each other. */
const mindMeaning = ['find-duplicates.mjs', 'semantic-search.mjs'];

function testPrograms(names: readonly string[]): void {
  test.each(names)('examples/%s', async (name) => {
    cpSync(join(root, 'examples', name), join(inPackage.folder, name));
    await inPackage.run('sh', '-euc', `printf 'a cat\\na dog\\n' | node ${name}`);
  });
}

let inPackage: Place;
/** What the commands of the README have made of the embedded model. */
const madeByReadme = join(folder, 'minilm');
let doneByReadme: Set<string>;

describe('in an empty folder with the package', () => {
  beforeAll(async () => {
    const project = join(folder, 'project');
    mkdirSync(project);
    const path = programs(project);
    const { filename } = await packInto(folder);
    await unpackInto(project, join(folder, filename));
    inPackage = { folder: project, run: runIn(project, path, quickly(project)), done: new Set() };
    installModel(project);
    withFewTexts(project);
    bringOwnFiles(project);
  }, 180_000);

  testPages(['README.md'], () => inPackage);
  testPrograms(mindMeaning);

  describe('and a tiny model', () => {
    beforeAll(() => {
      const project = inPackage.folder;
      withTinyModel(project);
      renameSync(join(project, 'minilm'), madeByReadme);
      doneByReadme = inPackage.done;
      inPackage = { ...inPackage, done: new Set() };
    });

    testPages(
      forReaders.filter((page) => page !== 'README.md'),
      () => inPackage,
    );

    testPrograms(examplePrograms.filter((name) => !mindMeaning.includes(name)));
  });
});

describe('in a clone after npm start', () => {
  let place: Place;
  beforeAll(async () => {
    const clone = join(folder, 'clone');
    mkdirSync(clone);
    for (const name of ['package.json', 'dist', 'data', 'models', 'datasets', 'node_modules']) {
      symlinkSync(join(root, name), join(clone, name));
    }
    bringOwnFiles(clone);
    // Made by the same commands in the other place; once is enough, for it takes half a minute.
    cpSync(madeByReadme, join(clone, 'minilm'), { recursive: true });
    place = { folder: clone, run: runIn(clone, programs(clone), quickly(clone)), done: doneByReadme };
  }, 180_000);

  testPages(['README.md'], () => place);
});

test('the pages hold examples of every kind', () => {
  const languages = new Set(forReaders.flatMap(runnable).map(({ language }) => language));
  expect([...languages]).toEqual(expect.arrayContaining(['sh', 'js', 'toml']));
});

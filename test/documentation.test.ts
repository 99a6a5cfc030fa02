import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { cliReference, configurationTable } from '../scripts/reference.mjs';
import { allCommands } from '../src/cli/commands.js';
import { configurationJsonSchema } from '../src/config/commented-file.js';
import { environmentVariables } from '../src/config/environment.js';
import { configurationSchema } from '../src/config/schema.js';
import { octavec } from './cli/octavec.js';
import { root } from './support/installed-package.js';
import { examplesOf, pages, textOf } from './support/page-examples.js';

/** The code of a page's fenced blocks in one language. */
function blocks(page: string, wanted: string): string[] {
  return examplesOf(page)
    .filter(({ language }) => language === wanted)
    .map(({ code }) => code);
}

test('programs in the pages use the types as they are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-examples-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/octavec'));
    for (const name of ['onnxruntime-node', '@langchain', '@llamaindex']) {
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
    // Not installed here: its types are not checked.
    writeFileSync(join(folder, 'others.d.ts'), "declare module '@huggingface/transformers';\n");
    const examples = pages.flatMap((page) => [...blocks(page, 'js'), ...blocks(page, 'ts')]);
    expect(examples.length).toBeGreaterThan(1);
    const files = examples.map((code, i) => {
      writeFileSync(join(folder, `example${i}.mts`), code);
      return `example${i}.mts`;
    });
    const compilerOptions = {
      ...{ module: 'nodenext', target: 'es2023', lib: ['es2023', 'esnext.disposable'], strict: false, noEmit: true },
      ...{ skipLibCheck: true, types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [...files, 'others.d.ts'] }));
    const compile = promisify(execFile)(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      folder,
    ]);
    expect(await compile.then(() => '').catch((error: { stdout: string }) => error.stdout)).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('reference pages say what the program says', async () => {
  const remedy = 'run: npm run build && node scripts/reference.mjs';
  expect(textOf('docs/reference/cli.md'), remedy).toBe(cliReference(await allCommands()));
  const made = configurationTable(configurationSchema, environmentVariables);
  expect(textOf('docs/configuration.md'), remedy).toContain(made);
  expect(JSON.parse(textOf('data/configuration.schema.json')), remedy).toEqual(configurationJsonSchema());
});

test('the help of every command has an example', () => {
  const [, ...sections] = textOf('docs/reference/cli.md').split(/^##+ /m);
  expect(sections.length).toBeGreaterThan(30);
  expect(sections.filter((section) => !/^Examples?:$/m.test(section)).map((section) => section.split('\n')[0])).toEqual(
    [],
  );
});

test('commands in the pages exist, with their options', async () => {
  const commands = pages
    .flatMap((page) => [...blocks(page, 'sh'), ...[...textOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code)])
    .flatMap((code) => [...code.matchAll(/\boctavec ([a-z][a-z-]+)([^#\n]*)/g)]);
  expect(commands.length).toBeGreaterThan(5);
  const helps = new Map<string, string>();
  const helpOf = async (...words: string[]) => {
    const key = words.join(' ');
    const help = helps.get(key) ?? (await octavec([...words, '--help'])).stdout;
    helps.set(key, help);
    return help;
  };
  for (const [said, name, rest] of commands) {
    const own = await helpOf(name);
    const [, sub] = /^ ([a-z-]+)/.exec(rest) ?? [];
    const isSubcommand = sub !== undefined && own.split('Commands:')[1]?.includes(`\n  ${sub} `);
    const help = isSubcommand ? await helpOf(name, sub) : own;
    const options = [...rest.matchAll(/(?<=\s)--[a-z-]+/g)].map(([option]) => option);
    expect([said, options.filter((option) => !help.includes(option))]).toEqual([said, []]);
  }
});

/** The anchors of a page, as GitHub makes them of headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = textOf(page)
    .replace(/^```.*?^```$/gms, '')
    .matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading]) =>
      heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('links into pages lead to headings', () => {
  const links = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(([, target, anchor]) => {
      const led = target === '' ? page : relative(root, resolve(root, dirname(page), target)).replaceAll('\\', '/');
      return { from: page, to: led, anchor };
    }),
  );
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ to, anchor }) => !anchorsOf(to).has(anchor))).toEqual([]);
});

test('pages that messages and help name are there', () => {
  const named = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap((path) => [
      ...textOf(join('src', path)).matchAll(
        /packagePath\('(docs\/[^']+)'\)|(docs\/[\w/-]+\.md) (?:in|of) octavec's package/g,
      ),
    ])
    .map(([, path, said]) => path ?? said);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('links lead to files, and programs that are named are there', () => {
  const broken = pages.flatMap((page) => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => target);
    const programs = [...textOf(page).matchAll(/\bnode (bench\/[\w-]+\.mjs|scripts\/[\w-]+\.mjs)/g)].map(
      ([, path]) => path,
    );
    return [
      ...links.filter((target) => !existsSync(resolve(root, dirname(page), target))),
      ...programs.filter((path) => !existsSync(join(root, path))),
    ].map((target) => `${page}: ${target}`);
  });
  expect(broken).toEqual([]);
});

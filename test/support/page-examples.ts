import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './installed-package.js';

/** A fenced block of a page that a reader would use: commands, a program, or a file with its name. */
export interface Example {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** What stands behind the language: the name of the file that the block is. */
  readonly name: string;
  readonly code: string;
}

/** All pages for readers, the README first, then in the order in which a reader meets them. */
export const pages = [
  'README.md',
  'docs/tutorial.md',
  ...markdownBelow('docs'),
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
].filter((page, i, all) => all.indexOf(page) === i);

function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('api'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .toSorted();
}

export function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

export function examplesOf(page: string): Example[] {
  const text = textOf(page);
  return [...text.matchAll(/^```(\w+)(?: +(\S+))?\n(.*?)^```$/gms)].map(
    ({ index, 1: language, 2: name = '', 3: code }) => ({
      ...{ page, language, name, code },
      line: text.slice(0, index).split('\n').length,
    }),
  );
}

/** The lines of a block of commands, those that end in a backslash put together, comments left out. */
export function commandsOf({ code }: Example): string[] {
  return code
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s#\s.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

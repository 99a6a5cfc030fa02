import { readFileSync } from 'node:fs';

/** The version of octavec, from its package.json (which stands two folders up, from `src/base` and `dist/base` alike). */
export const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TokenizerSettings } from '../tokenizer-protocol.js';
import { notedFrame, noteFrame } from './noted-frame.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-noted-frame-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'tokenizer.json');
const settings: TokenizerSettings = { path, lowerCase: false, maxTokens: 16, padTokenId: 0 };
const frame = { before: [101], behind: [102, 7] };
let cache: string;

beforeEach(() => {
  writeFileSync(path, '{}');
  cache = mkdtempSync(join(folder, 'cache-'));
  vi.stubEnv('OCTAVEC_CACHE', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('what was noted of a tokenizer is found again', async () => {
  expect(await notedFrame(settings)).toBeUndefined();
  await noteFrame(settings, frame);
  expect(await notedFrame(settings)).toEqual(frame);
});

test('but not for a file that has changed since, or one that is read in another way', async () => {
  await noteFrame(settings, frame);
  expect(await notedFrame({ ...settings, tokenizerLowerCase: false })).toBeUndefined();
  expect(await notedFrame({ ...settings, maxTokens: 17 })).toBeUndefined();
  utimesSync(path, 1, 1);
  expect(await notedFrame(settings)).toBeUndefined();
});

test.each(['', '{"before":[101]}', '{"before":[1.5],"behind":[]}', '{"before":[-1],"behind":[]}', '[]'])(
  'a note that is damaged is none: %s',
  async (text) => {
    await noteFrame(settings, frame);
    const [note] = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
    writeFileSync(join(cache, note), text);
    expect(await notedFrame(settings)).toBeUndefined();
  },
);

test('where nothing can be written, and where there is no tokenizer, nothing is noted', async () => {
  vi.stubEnv('OCTAVEC_CACHE', '/dev/null/no');
  vi.stubEnv('TMPDIR', '/dev/null/no');
  await noteFrame(settings, frame);
  expect(await notedFrame(settings)).toBeUndefined();
  vi.unstubAllEnvs();
  expect(await notedFrame({ ...settings, path: join(folder, 'none.json') })).toBeUndefined();
});

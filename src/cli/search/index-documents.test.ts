import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cli } from '../../../test/support/run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-index-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('how documents are cut', () => {
  test.each([
    [['--chunk-tokens', 'none', '--chunk-overlap', '5'], /--chunk-overlap .* with --chunk-tokens none .* not cut/],
    [['--chunk-tokens', '0x10'], /whole number of at least 1, or none/],
    [['--chunk-tokens', '1e2'], /whole number of at least 1, or none/],
    [['--chunk-tokens', 'None'], /whole number of at least 1, or none/],
  ])('%j is refused, and no index is made', async (flags, message) => {
    const out = join(root, 'docs.index');
    const { status, stdout, stderr } = await cli('index', root, '--out', out, ...flags);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { checkReports, orReportFailure, type ReportFlags, writeReports } from './write-reports.js';

let folder: string;
let flags: Required<ReportFlags>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-reports-'));
  flags = { html: join(folder, 'a', 'r.html'), markdown: join(folder, 'r.md'), junit: join(folder, 'r.xml') };
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (path: string) => readFileSync(path, 'utf8');

describe('reports', () => {
  test('are those that are asked for, each in its own format', async () => {
    await writeReports([soundEvidence()], flags);
    expect(read(flags.html)).toMatch(/^<!doctype html>/);
    expect(read(flags.markdown)).toContain('model_int8');
    expect(read(flags.junit)).toMatch(/^<\?xml/);
  });

  test('are none where none is asked for', async () => {
    await writeReports([soundEvidence()], { markdown: flags.markdown });
    expect(() => read(flags.html)).toThrow('ENOENT');
    await expect(writeReports([soundEvidence()], {})).resolves.toBeUndefined();
  });

  test('that cannot be written are told before the long work', async () => {
    await expect(checkReports(flags)).resolves.toBeUndefined();
    await expect(checkReports({ ...flags, junit: folder })).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
      details: { path: folder },
    });
    await expect(checkReports({})).resolves.toBeUndefined();
  });
});

describe('work that fails', () => {
  const failing = async () => Promise.reject(new Error('out of <memory>'));

  test('is told in the reports, in the place of what an earlier run wrote', async () => {
    await writeReports([soundEvidence()], flags);
    await expect(orReportFailure('model_q4', flags, failing)).rejects.toThrow('out of <memory>');
    for (const path of Object.values(flags)) {
      expect(read(path)).toContain('model_q4');
      expect(read(path)).not.toContain('model_int8');
    }
    expect(read(flags.html)).not.toContain('<memory>');
    expect(read(flags.junit)).not.toContain('<memory>');
  });

  test('is what is told where the reports cannot be written either', async () => {
    await expect(orReportFailure('m', { html: folder }, failing)).rejects.toThrow('out of <memory>');
  });

  test('that does not fail gives what it gives', async () => {
    expect(await orReportFailure('m', flags, async () => 3)).toBe(3);
    expect(() => read(flags.markdown)).toThrow('ENOENT');
  });
});

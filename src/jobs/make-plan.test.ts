import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Embedder } from '../embed/index.js';
import { makePlan, rowsOfBudget } from './make-plan.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-make-plan-'));
  writeFileSync(join(root, 'a.txt'), 'one\ntwo\n');
});
afterEach(() => rmSync(root, { recursive: true }));

/** A model that must not be asked anything. */
const embedder = new Proxy({}, { get: (_, key) => expect.unreachable(String(key)) }) as Embedder;
const plan = (inputs: readonly string[], more: object) =>
  makePlan(inputs, join(root, 'out'), embedder, { model: 'm', ...more });

describe('rows that may be without a vector', () => {
  test.each([
    ['0', 0],
    ['7', 7],
    ['0%', 0],
    ['0.1%', 2],
    ['0.05%', 1],
    ['0.049%', 0],
    ['50%', 1000],
    ['100%', 2000],
    ['100.0%', 2000],
    ['5000', 5000],
  ])('%s of 2000 are %i', (budget, rows) => {
    expect(rowsOfBudget(budget)(2000)).toBe(rows);
  });

  test.each(['', '%', '-1', '1.5', '100.1%', '1 %', '1e3', '.5%', '5.%', 'all', '9007199254740992', '٣'])(
    '"%s" is neither a count nor a share',
    (budget) => {
      expect(() => rowsOfBudget(budget)).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(`maxQuarantined is "${budget}"`) }),
      );
    },
  );
});

describe('what is wrong is told before any input is read', () => {
  const missing = [join('no such folder', 'a.txt')];

  test.each<[object, RegExp]>([
    [{ maxQuarantined: '0.1' }, /maxQuarantined is "0\.1"/],
    [{ vectors: { type: 'int8' } }, /int8 numbers of several workers need the same ranges/],
    [{ vectors: { type: 'uint8' } }, /uint8 numbers/],
    [{ rowsPerShard: 0 }, /rowsPerShard is 0/],
    [{ rowPerShard: 5 }, /Did you mean rowsPerShard\?/],
    [{ texts: [] }, /texts is a list/],
  ])('%j', async (options, message) => {
    await expect(plan(missing, options)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(message),
    });
  });

  test('but not inputs that are missing, of which each is named', async () => {
    await expect(plan([join(root, 'a.txt'), join(root, 'b.txt')], {})).rejects.toMatchObject({
      ...{ code: 'FILE_NOT_FOUND', details: { path: join(root, 'b.txt') } },
    });
    await expect(plan([join(root, '*.md')], {})).rejects.toThrow('No name there fits it');
  });

  test('work that is cancelled ends at the next input', async () => {
    await expect(plan([join(root, 'a.txt')], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

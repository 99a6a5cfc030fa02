import { expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { type BatchOutcome, batchError } from '../pipeline/index.js';
import { formatBatchOutcome } from './batch-outcome.js';
import { plainStyle } from './style.js';

const item = { model: 'a', method: 'int8', path: '/m/a', seconds: 2, evidence: soundEvidence() } as const;
const outcome: BatchOutcome = {
  folder: '/m',
  items: [
    { ...item, status: 'made' },
    { ...item, model: 'b', status: 'up to date' },
    { ...item, model: 'c', status: 'refused', reason: 'p1 is low' },
  ],
  variants: [],
  unreadable: [],
  seconds: 3,
};

test('says what was saved in all, by what is there', () => {
  const text = formatBatchOutcome(outcome, plainStyle);
  expect(text).toContain('1 made, 1 up to date, 1 refused; 3.0 s. Saved 134 MB of 180 MB (74 %).\n');
  expect(text).not.toContain('looked into');
});

test('says which folders could not be looked into, and that is a failure', () => {
  const closed = {
    ...outcome,
    items: outcome.items.slice(0, 1),
    unreadable: [{ path: '/m/x', why: 'permission denied' }],
  };
  expect(formatBatchOutcome(closed, plainStyle)).toContain('! /m/x could not be looked into: permission denied\n');
  expect(batchError(closed)).toMatchObject({ code: 'FILE_NOT_READABLE', exitStatus: 1 });
  expect(batchError({ ...closed, unreadable: [] })).toBeUndefined();
});

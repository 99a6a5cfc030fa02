import { expect, test } from 'vitest';
import { describe as line } from './progress-line.js';

const event = { stage: 'Embedding', done: 420, total: 1000, unit: 'texts' };

test('tells rate and time left', () => {
  expect(line(event, 2)).toBe(`Embedding ${'█'.repeat(10)}${'·'.repeat(14)} 420/1000 texts, 210 texts/s, 3 s left`);
  expect(line({ ...event, done: 4 }, 2)).toContain('4/1000 texts, 2.0 texts/s, 8 min 18 s left');
  expect(line({ ...event, total: 4_000_000 }, 2)).toContain('210 texts/s, 5 h 17 min left');
  expect(line(event, 0.1)).not.toContain('texts/s');
});

test('counts the rate from where the stage began', () => {
  expect(line(event, 2, 400)).toContain('10 texts/s, 58 s left');
});

test('leaves out what is not known', () => {
  expect(line({ ...event, total: Number.POSITIVE_INFINITY }, 2)).toBe('Embedding 420 texts, 210 texts/s');
});

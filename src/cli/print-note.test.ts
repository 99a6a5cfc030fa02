import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { forgetNotes, holdNotes, printNote, releaseNotes } from './print-note.js';

let printed: string;
beforeEach(() => {
  printed = '';
  forgetNotes();
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  forgetNotes();
});

test('a note is said once', () => {
  printNote('a');
  printNote('b');
  printNote('a');
  expect(printed).toBe('note: a\nnote: b\n');
});

test('what a terminal would obey is not printed as it is', () => {
  printNote('evil \u001b[2J\u0007 name');
  expect(printed).not.toContain('\u001b');
  expect(printed).not.toContain('\u0007');
  expect(printed.endsWith('\n')).toBe(true);
});

test('held notes are printed at the end, in their order, or dropped', () => {
  holdNotes();
  printNote('a');
  holdNotes();
  printNote('b');
  printNote('a');
  expect(printed).toBe('');
  releaseNotes();
  expect(printed).toBe('note: a\nnote: b\n');
  holdNotes();
  printNote('c');
  forgetNotes();
  releaseNotes();
  expect(printed).toBe('note: a\nnote: b\n');
});

test('the next command says again what this one has said', () => {
  printNote('a');
  releaseNotes();
  printNote('a');
  expect(printed).toBe('note: a\nnote: a\n');
});

import { expect, onTestFinished, test, vi } from 'vitest';
import { describe as line, progressLine } from './progress-line.js';

const event = { stage: 'Embedding', done: 420, total: 1000, unit: 'texts' };

test('tells rate and time left', () => {
  expect(line(event, 2)).toBe(`Embedding ${'█'.repeat(10)}${'·'.repeat(14)} 420/1000 texts, 210 texts/s, 3 s left`);
  expect(line({ ...event, done: 4 }, 2)).toContain('4/1000 texts, 2.0 texts/s, 8 min 18 s left');
  expect(line({ ...event, total: 4_000_000 }, 2)).toContain('210 texts/s, 5 h 17 min left');
  expect(line(event, 0.1)).not.toContain('texts/s');
});

test('counts the rate from what was done before', () => {
  expect(line(event, 2, { done: 400, share: 0.4 })).toContain('10 texts/s, 58 s left');
});

test('takes the time left from the share of the work, where some texts take longer', () => {
  const long = { ...event, done: 100, share: 0.5 };
  expect(line(long, 20)).toBe(`Embedding ${'█'.repeat(12)}${'·'.repeat(12)} 100/1000 texts, 5.0 texts/s, 20 s left`);
  expect(line({ ...long, done: 200, share: 0.75 }, 10, { done: 100, share: 0.5 })).toContain('10 texts/s, 10 s left');
});

test('says which step of a job it is', () => {
  expect(line({ ...event, step: { number: 2, of: 4 } }, 0)).toMatch(/^Step 2 of 4: Embedding █/);
});

test('counts one thing as one', () => {
  expect(line({ ...event, done: 0, total: 1 }, 0)).toContain(' 0/1 text');
  expect(line({ ...event, done: 1, total: Number.POSITIVE_INFINITY }, 0)).toBe('Embedding 1 text');
});

test('leaves out what is not known', () => {
  expect(line({ ...event, total: Number.POSITIVE_INFINITY }, 2)).toBe('Embedding 420 texts, 210 texts/s');
});

/** A progress line on a terminal of which the last drawing is known, and a clock that stands still. */
function terminal(columns = 120) {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  let shown = '';
  const write = (text: string) => {
    shown = text.startsWith('\r') ? '' : shown + text;
    return true;
  };
  const { onProgress, done } = progressLine({ isTTY: true, columns, write } as NodeJS.WriteStream);
  const show = (now: number, total: number) => onProgress?.({ stage: 'Embedding', done: now, total, unit: 'texts' });
  return { shown: () => shown, show, done };
}

test('what an earlier run left does not count for the rate', () => {
  const { show, shown, done } = terminal();
  show(0, 10_000);
  vi.advanceTimersByTime(100);
  show(8000, 10_000);
  for (let now = 8100; now <= 9000; now += 100) {
    vi.advanceTimersByTime(10_000);
    show(now, 10_000);
  }
  expect(shown()).toContain('10 texts/s, 1 min 40 s left');
  done();
  expect(shown()).toBe('');
});

test('takes no more than a line, and is drawn ten times a second at most', () => {
  const { show, shown } = terminal(40);
  show(0, 10);
  const before = shown();
  expect(before.length).toBeLessThan(40);
  vi.advanceTimersByTime(50);
  show(5, 10);
  expect(shown()).toBe(before);
});

test('is silent where there is no terminal', () => {
  expect(progressLine({ isTTY: false } as NodeJS.WriteStream).onProgress).toBeUndefined();
});

test('a share beyond the whole, or of nothing, is drawn within the bar', () => {
  expect(line({ ...event, share: 1.2 }, 2)).toContain('█'.repeat(24));
  expect(line({ ...event, share: -0.1 }, 2)).toContain('·'.repeat(24));
  expect(line({ ...event, done: 0, total: 0 }, 2)).toContain(`${'█'.repeat(24)} 0/0 texts`);
  expect(line({ ...event, done: 7, total: 5 }, 2)).toContain(`${'█'.repeat(24)} 7/5 texts`);
  expect(line({ ...event, share: Number.NaN }, 2)).not.toContain('NaN');
});

test('bytes are told in units, their rate too', () => {
  const bytes = { stage: 'Fetching', done: 5_000_000, total: 90_000_000, unit: 'bytes' };
  expect(line(bytes, 2)).toMatch(/ 5\.00 MB of 90\.0 MB, 2\.50 MB\/s, 34 s left$/);
  expect(line({ ...bytes, total: Number.POSITIVE_INFINITY }, 2)).toBe('Fetching 5.00 MB, 2.50 MB/s');
});

test('nothing that was done since the beginning gives no rate', () => {
  expect(line(event, 5, { done: 420, share: 0.42 })).toMatch(/420\/1000 texts$/);
});

test('the last of the work takes a second at least, and what is done none', () => {
  expect(line({ ...event, done: 999 }, 2)).toMatch(/1 s left$/);
  expect(line({ ...event, done: 1000 }, 2)).not.toMatch(/0 s left/);
});

test('a new stage begins at once, with a rate of its own', () => {
  const { shown, show } = terminal();
  show(0, 10);
  vi.advanceTimersByTime(1000);
  show(10, 10);
  expect(shown()).toContain('10 texts/s');
  show(0, 10);
  expect(shown()).toContain('10 texts/s');
});

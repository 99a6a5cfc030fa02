import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchFiles } from './watch-files.js';

/** What the system would watch: each root's watcher, and what it calls. */
const system = { watchers: [] as { tell: (name: string | null) => void; closed: boolean }[], full: false };

function fakeWatch(path: string, _: object, onChange: (event: string, name: string | null) => void) {
  if (system.full) {
    throw new Error(`ENOSPC: no space for watchers, watch '${path}'`);
  }
  const watcher = Object.assign(new EventEmitter(), {
    closed: false,
    tell: (name: string | null) => onChange('change', name),
    close: () => {
      watcher.closed = true;
    },
  });
  system.watchers.push(watcher);
  return watcher;
}

// Files of tests share a process: a mock of the module would come after others have loaded it.
const watch = vi.spyOn(fs, 'watch').mockImplementation(fakeWatch as never);
syncBuiltinESMExports();
afterAll(() => {
  watch.mockRestore();
  syncBuiltinESMExports();
});

const [docs, more] = [
  { name: 'docs', path: join('/', 'docs') },
  { name: 'more', path: join('/', 'more') },
];
beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(system, { watchers: [], full: false });
});
afterEach(() => vi.useRealTimers());

/** Begins to watch, and tells whether there was news yet. */
function watched(own?: string) {
  const stop = new AbortController();
  const news = watchFiles([docs, more], stop.signal, own);
  const next = () => {
    let state = 'nothing';
    const settled = news.next().then(
      ({ done }) => {
        state = done ? 'ended' : 'changed';
      },
      (error) => {
        state = error.code;
      },
    );
    return { after: async (ms: number) => vi.advanceTimersByTimeAsync(ms).then(() => state), settled };
  };
  return { next, stop, news };
}

test('a change is told once it has been quiet for half a second', async () => {
  const { next, news } = watched();
  const first = next();
  expect(await first.after(10_000)).toBe('nothing');
  system.watchers[0].tell('a.md');
  expect(await first.after(300)).toBe('nothing');
  system.watchers[1].tell('b.md');
  expect(await first.after(300)).toBe('nothing');
  expect(await first.after(300)).toBe('changed');
  await news.return(undefined);
  expect(system.watchers.map(({ closed }) => closed)).toEqual([true, true]);
});

test('what changes while the consumer is busy is told when it comes back, once', async () => {
  const { next } = watched();
  const first = next();
  system.watchers[0].tell('a.md');
  expect(await first.after(600)).toBe('changed');
  system.watchers[0].tell('b.md');
  system.watchers[0].tell('c.md');
  expect(await next().after(600)).toBe('changed');
  expect(await next().after(10_000)).toBe('nothing');
});

test.each([
  ['own', 'nothing'],
  [join('own', 'segments', 's1', 'chunks.jsonl'), 'nothing'],
  ['owner.md', 'changed'],
  [join('own2', 'a.md'), 'changed'],
  [join('a', 'own', 'a.md'), 'changed'],
  [null, 'changed'],
])('of the own folder nothing is told, of others all: %s', async (name, expected) => {
  const first = watched(join(docs.path, 'own')).next();
  system.watchers[0].tell(name);
  expect(await first.after(600)).toBe(expected);
});

test('a system that cannot watch is an error with the path', async () => {
  system.full = true;
  const { news } = watched();
  await expect(news.next()).rejects.toMatchObject({ code: 'FILE_NOT_READABLE', details: { path: more.path } });
  system.full = false;
  const { next } = watched();
  const first = next();
  (system.watchers[0] as unknown as EventEmitter).emit('error', new Error('EIO: i/o error'));
  expect(await first.after(0)).toBe('FILE_NOT_READABLE');
});

test('ends when it is aborted, before and while it waits', async () => {
  const { next, stop } = watched();
  const first = next();
  stop.abort();
  expect(await first.after(0)).toBe('ended');
  const late = watched();
  late.stop.abort();
  expect(await late.next().after(0)).toBe('ended');
});

import { describe, expect, test } from 'vitest';
import { Admission } from './admission.js';

/** A task that ends when it is told to. */
function held(): { task: () => Promise<string>; end: () => void } {
  let end: () => void = () => undefined;
  const promise = new Promise<string>((resolve) => {
    end = () => resolve('done');
  });
  return { task: () => promise, end };
}

describe('Admission', () => {
  test('refuses what goes beyond the number of texts, and lets in again afterwards', async () => {
    const admission = new Admission({ maxWaitingTexts: 3 });
    const { task, end } = held();
    const first = admission.run(['a', 'b'], task);
    await expect(admission.run(['c', 'd'], task)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    const second = admission.run(['c'], task);
    end();
    expect(await Promise.all([first, second])).toEqual(['done', 'done']);
    expect(await admission.run(['c', 'd'], async () => 'again')).toBe('again');
  });

  test('refuses what goes beyond the bytes', async () => {
    const admission = new Admission({ maxWaitingBytes: 10 });
    const { task, end } = held();
    const first = admission.run(['abcd'], task);
    await expect(admission.run(['ab'], task)).rejects.toThrow('8 bytes, and 10 are allowed');
    end();
    await first;
  });

  test('lets a single large call in, and callers that bound themselves', async () => {
    const admission = new Admission({ maxWaitingTexts: 1 });
    const { task, end } = held();
    const large = admission.run(['a', 'b', 'c'], task);
    const stream = admission.runUnbounded(['d'], task);
    end();
    expect(await Promise.all([large, stream])).toEqual(['done', 'done']);
  });

  test('counts a task that failed as gone', async () => {
    const admission = new Admission({ maxWaitingTexts: 1 });
    await expect(admission.run(['a'], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await admission.run(['a'], async () => 'fine')).toBe('fine');
  });

  test('closes when everybody is done', async () => {
    const admission = new Admission({});
    const { task, end } = held();
    const running = admission.run(['a'], task);
    let closed = false;
    const closing = admission.close().then(() => {
      closed = true;
    });
    await expect(admission.run(['b'], task)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(closed).toBe(false);
    end();
    await running;
    await closing;
    expect(closed).toBe(true);
  });

  test('may be closed again and again: everybody waits for the same end', async () => {
    const admission = new Admission({});
    const { task, end } = held();
    const running = admission.run(['a'], task);
    const closings = [admission.close(), admission.close(), admission.close()];
    end();
    await running;
    await Promise.all([...closings, admission.close()]);
  });

  test('says that it is closed rather than full', async () => {
    const admission = new Admission({ maxWaitingTexts: 1 });
    const { task, end } = held();
    const running = admission.run(['a'], task);
    const closing = admission.close();
    await expect(admission.run(['b'], task)).rejects.toMatchObject({ code: 'CLOSED' });
    end();
    await Promise.all([running, closing]);
  });
});

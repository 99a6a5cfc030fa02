import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Device, refusedBy, type ShellOutcome } from './device.js';
import { placeOf } from './place.js';
import { pushFiles } from './push-files.js';

let here: string;
beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'octavec-answers-'));
});
afterEach(() => rmSync(here, { recursive: true }));

const place = placeOf({ to: '/models' });
const sha256 = (bytes: string) => createHash('sha256').update(bytes).digest('hex');

function file(name: string, bytes: string) {
  const source = join(here, name);
  writeFileSync(source, bytes);
  return { source, name };
}

type Answer = string | Partial<ShellOutcome> | Error | undefined;

/** A device with a file system in memory, which understands the scripts that pushing sends. */
function toyDevice(answers: (script: string) => Answer = () => undefined) {
  const files = new Map<string, string>();
  const seen: string[] = [];
  const unquoted = (script: string) => [...script.matchAll(/'([^']*)'/g)].map(([, word]) => word);
  const usual = (script: string): Partial<ShellOutcome> => {
    const [path, other] = unquoted(script);
    const content = files.get(path);
    switch (/^(?:if \[ -f|for|\w+)/.exec(script)?.[0]) {
      case 'for':
        return { output: 'sha256sum\n' };
      case 'if [ -f':
        return { output: content === undefined ? 'none\n' : `${content.length}\n` };
      case 'sha256sum':
        return { output: `${sha256(content ?? '')}  -\n` };
      case 'df':
        return { output: 'Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/x 9999999 1 9999998 1% /models\n' };
      case 'mv':
        files.set(other, content ?? '');
        files.delete(path);
        return {};
      case 'rm':
        files.delete(path);
        return {};
      default:
        return {};
    }
  };
  const device: Device = {
    serial: 'toy',
    run: async (script) => {
      seen.push(script);
      const answer = answers(script);
      if (answer instanceof Error) {
        throw answer;
      }
      const outcome = typeof answer === 'string' ? { output: answer } : (answer ?? usual(script));
      return { output: '', status: 0, ...outcome };
    },
    send: async (source, path, onBytes) => {
      seen.push(`send ${path}`);
      const answer = answers(`send ${path}`);
      if (answer instanceof Error) {
        throw answer;
      }
      const bytes = typeof answer === 'string' ? answer : (await import('node:fs')).readFileSync(source, 'utf8');
      files.set(path, bytes);
      onBytes(bytes.length);
    },
    sendInto: async () => ({ output: '', status: 0 }),
    read: async (script) => {
      const bytes = Buffer.from(files.get(unquoted(script)[0]) ?? '');
      return (async function* () {
        yield bytes;
      })();
    },
    close: async () => undefined,
  };
  return { device, files, seen };
}

describe('files on their way', () => {
  test('have another name until they were compared, and keep their order', async () => {
    const { device, files, seen } = toyDevice();
    const pushed = await pushFiles(device, place, [file('b.json', 'bb'), file('a.onnx', '')]);
    expect(pushed.map(({ name, bytes, state }) => [name, bytes, state])).toEqual([
      ['b.json', 2, 'sent'],
      ['a.onnx', 0, 'sent'],
    ]);
    expect([...files]).toEqual([
      ['/models/b.json', 'bb'],
      ['/models/a.onnx', ''],
    ]);
    const steps = seen.filter((script) => /^(send|sha256sum|mv)/.test(script)).slice(0, 3);
    expect(steps).toEqual([
      'send /models/.b.json.octavec-part',
      "sha256sum < '/models/.b.json.octavec-part'",
      "mv -f '/models/.b.json.octavec-part' '/models/b.json'",
    ]);
  });

  test('are none where nothing is to be pushed', async () => {
    const { device, seen } = toyDevice();
    expect(await pushFiles(device, place, [])).toEqual([]);
    expect(seen.some((script) => script.startsWith('mkdir'))).toBe(false);
  });

  test('that are there already cost no byte, and do not count as progress', async () => {
    const { device, files, seen } = toyDevice();
    files.set('/models/a', 'same');
    const events: [number, number][] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => events.push([done, total]);
    const pushed = await pushFiles(device, place, [file('a', 'same'), file('b', 'three'), file('c', 'more')], {
      onProgress,
    });
    expect(pushed.map(({ state }) => state)).toEqual(['same', 'sent', 'sent']);
    expect(seen.filter((script) => script.startsWith('send'))).toHaveLength(2);
    expect(events).toEqual([
      [0, 9],
      [5, 9],
      [5, 9],
      [9, 9],
    ]);
  });

  test('of the same length and other bytes are told by their hash', async () => {
    const { device, files } = toyDevice();
    files.set('/models/a', 'abc');
    expect(await pushFiles(device, place, [file('a', 'abd')], { verify: true })).toMatchObject([
      { state: 'different' },
    ]);
    expect(files.get('/models/a')).toBe('abc');
  });

  test('that cannot be read there are sent, not taken for the same', async () => {
    const { device } = toyDevice((script) =>
      script.startsWith('if [ -f') ? { output: 'wc: a: Permission denied', status: 1 } : undefined,
    );
    expect(await pushFiles(device, place, [file('a', 'x')])).toMatchObject([{ state: 'sent' }]);
    const empty = toyDevice((script) => (script.startsWith('if [ -f') ? '' : undefined));
    expect(await pushFiles(empty.device, place, [file('a', 'x')], { verify: true })).toMatchObject([
      { state: 'different' },
    ]);
  });

  test('whose hash has a backslash before it, as of odd names, are compared without it', async () => {
    const { device, files } = toyDevice((script) =>
      script.startsWith('sha256sum') ? `\\${sha256('abc')}  a\\nb\n` : undefined,
    );
    files.set('/models/a', 'abc');
    expect(await pushFiles(device, place, [file('a', 'abc')])).toMatchObject([{ state: 'same', repeated: 0 }]);
  });

  test('are sent again after broken connections, five times at most, and leave nothing', async () => {
    let breaks = 3;
    const flaky = toyDevice((script) =>
      script.startsWith('send') && breaks-- > 0 ? new Error('ECONNRESET') : undefined,
    );
    expect(await pushFiles(flaky.device, place, [file('a', 'x')])).toMatchObject([{ state: 'sent', repeated: 3 }]);
    const dead = toyDevice((script) => (script.startsWith('send') ? new Error('ECONNRESET.') : undefined));
    await expect(pushFiles(dead.device, place, [file('a', 'x')])).rejects.toThrow(
      'toy refused sending a, 5 times: ECONNRESET. Look at the device',
    );
    expect(dead.seen.filter((script) => script.startsWith('send'))).toHaveLength(5);
    expect(dead.seen.at(-1)).toBe("rm -f '/models/.a.octavec-part'");
  });

  test('that are whole but cannot get their name are refused, even in silence', async () => {
    const { device, files } = toyDevice((script) => (script.startsWith('mv') ? { status: 1 } : undefined));
    const refused = pushFiles(device, place, [file('a', 'x')]);
    await expect(refused).rejects.toMatchObject({ code: 'DEVICE_FAILED', message: expect.not.stringMatching(/: \./) });
    expect([...files.keys()]).toEqual([]);
  });

  test('stop where they are when the work is cancelled', async () => {
    const controller = new AbortController();
    const { device, files } = toyDevice((script) => {
      if (script.startsWith("mv -f '/models/.a")) {
        controller.abort();
      }
      return undefined;
    });
    const pushing = pushFiles(device, place, [file('a', 'x'), file('b', 'y')], { signal: controller.signal });
    await expect(pushing).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([...files.keys()]).toEqual(['/models/a']);
    const before = toyDevice();
    await expect(
      pushFiles(before.device, place, [file('a', 'x')], { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(before.files.size).toBe(0);
  });
});

describe('room on the device', () => {
  const head = 'Filesystem 1K-blocks Used Available Use% Mounted on';
  const pushed = (df: Answer) =>
    pushFiles(toyDevice((script) => (script.startsWith('df') ? df : undefined)).device, place, [file('a', 'x')]);

  test.each([
    ['a line', `${head}\n/dev/block/dm-5 100000 90000 10000 90% /data\n`],
    ['two lines', `${head}\n/dev/block/a/very/long/name\n   100000 90000 10000 90% /data\n`],
    ['a name with figures', `${head}\n/dev/x 7 100000 90000 10000 90% /data\n`],
  ])('is read from %s', async (_, df) => {
    await expect(pushed(df)).rejects.toMatchObject({ code: 'DISK_TOO_SMALL', details: { free: '10.2 MB' } });
  });

  test.each([
    ['of old systems', 'Filesystem Size Used Free Blksize\n/data 1.9G 1.8G 1.0M 4096\n'],
    ['nothing', ''],
    ['an error', 'df: /models: No such file or directory\n'],
  ])('is not judged by %s', async (_, df) => {
    expect(await pushed(df)).toMatchObject([{ state: 'sent' }]);
  });

  test('has to be more than what comes: the error says both, the spare room too', async () => {
    // 16 MiB are 16,384 blocks: one block less is too little for anything.
    const error = pushed(`${head}\n/dev/x 99999 1 16384 1% /data\n`);
    await expect(error).rejects.toThrow(/1 B and 16\.8 MB to spare are to be written, and 16\.8 MB are free/);
    expect(await pushed(`${head}\n/dev/x 99999 1 16385 1% /data\n`)).toMatchObject([{ state: 'sent' }]);
  });
});

describe('what a device says', () => {
  test.each([
    ['write failed: No space left on device', /Free some space on the device/],
    ['write: ENOSPC', /Free some space/],
    ['run-as: unknown package: com.example.app', /Check the name of the package/],
    ['run-as: package is not debuggable: x', /install a debug build/],
    ['mkdir: /x: Read-only file system', /adb may not write there/],
    ['something else', /Look at the device, and try again/],
  ])('%s', (said, hint) => {
    expect(refusedBy('toy', 'sending a', said).message).toMatch(hint);
  });

  test('is told by its last three lines, with its cause', () => {
    const error = refusedBy('toy', 'sending a', 'one\ntwo\nthree\nfour\n\n', 'cause');
    expect(error).toMatchObject({ code: 'DEVICE_FAILED', details: { why: 'two; three; four' }, cause: 'cause' });
  });
});

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AdbStandIn, adbStandIn, type StandInDevice } from '../../test/support/adb-server.js';
import { randomNumbers } from '../numbers/index.js';
import { adbServer, chooseDevices } from './adb-server.js';
import { openDevice } from './device.js';
import { type PlaceOptions, placeOf } from './place.js';
import { type PushFilesOptions, pushFiles } from './push-files.js';

let here: string;
let there: string;
beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'octavec-push-here-'));
  there = mkdtempSync(join(tmpdir(), 'octavec-push-there-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(here, { recursive: true });
  rmSync(there, { recursive: true });
});

const random = randomNumbers(5);
/** 100 MB in `npm run test:long`. */
const large = Buffer.from(
  Uint32Array.from({ length: (process.env.OCTAVEC_TEST_LONG ? 100 : 4) * 2 ** 18 }, () => 2 ** 32 * random()).buffer,
);

function file(name: string, bytes: Uint8Array | string = large) {
  const source = join(here, 'source');
  writeFileSync(source, bytes);
  return { source, name };
}

async function connected(more: Partial<StandInDevice> = {}) {
  const standIn = await adbStandIn({ serial: 'toy', ...more });
  vi.stubEnv('ANDROID_ADB_SERVER_PORT', String(standIn.port));
  const device = await openDevice(await adbServer(), 'toy');
  return { standIn, device };
}

const folder = () => join(there, 'files/models');
const place = (more: PlaceOptions = {}) => placeOf({ to: folder(), ...more });

describe('files for a device', () => {
  test('arrive whole through cut connections, and are not sent again', async () => {
    const { standIn, device } = await connected();
    standIn.cuts = [0.2, 0.7, 0.9].map((part) => Math.floor(part * large.length));
    const done: number[] = [];
    const onProgress = (event: { done: number; total: number }) => done.push(event.done / event.total);
    const files = [file('model.onnx')];
    const pushed = await pushFiles(device, place(), files, { onProgress });
    expect(pushed).toEqual([{ name: 'model.onnx', bytes: large.length, state: 'sent', repeated: 3 }]);
    expect(readFileSync(join(folder(), 'model.onnx')).equals(large)).toBe(true);
    expect(readdirSync(folder())).toEqual(['model.onnx']);
    expect(done.at(-1)).toBe(1);
    const sent = () => standIn.seen.filter((entry) => entry.startsWith('send ')).length;
    const before = sent();
    expect(await pushFiles(device, place(), files)).toMatchObject([{ state: 'same' }]);
    expect(sent()).toBe(before);
  });

  test('that arrive damaged are sent again; one that keeps arriving damaged is refused', async () => {
    const { standIn, device } = await connected();
    standIn.flips = 2;
    expect(await pushFiles(device, place(), [file('a')])).toMatchObject([{ state: 'sent', repeated: 2 }]);
    standIn.flips = 99;
    await expect(pushFiles(device, place(), [file('b')])).rejects.toThrow('it arrives damaged');
    expect(readdirSync(folder())).toEqual(['a']);
  });

  test('that were damaged there are found, and sent again', async () => {
    const { device } = await connected();
    const files = [file('a', 'hello world')];
    await pushFiles(device, place(), files);
    writeFileSync(join(folder(), 'a'), 'hello wurld');
    expect(await pushFiles(device, place(), files, { verify: true })).toMatchObject([{ state: 'different' }]);
    expect(readFileSync(join(folder(), 'a'), 'utf8')).toBe('hello wurld');
    expect(await pushFiles(device, place(), files, { pullBack: true })).toMatchObject([{ state: 'sent' }]);
    expect(await pushFiles(device, place(), files, { verify: true, pullBack: true })).toMatchObject([
      { state: 'same' },
    ]);
  });

  test.each(["it's; touch $HOME", '$(touch x) `touch y`', 'a\nb "c" \\ d', '-rf', ' . ', '* ? ~ # & | > <'])(
    'are safe under the name %j',
    async (name) => {
      const { device } = await connected();
      const target = placeOf({ to: join(there, name, 'models') });
      const files = [file(name, 'bytes')];
      expect(await pushFiles(device, target, files, { pullBack: true })).toMatchObject([{ state: 'sent' }]);
      expect(readFileSync(join(there, name, 'models', name), 'utf8')).toBe('bytes');
      expect(readdirSync(there)).toEqual([name]);
      expect(readdirSync(join(there, name, 'models'))).toEqual([name]);
      expect(await pushFiles(device, target, files, { verify: true })).toMatchObject([{ state: 'same' }]);
    },
  );

  test.each(['..', '.', 'a/b', '../a'])('are refused under the name %j', async (name) => {
    const { device } = await connected();
    await expect(pushFiles(device, place(), [file(name, 'x')])).rejects.toMatchObject({ code: 'USAGE' });
    expect(readdirSync(there)).toEqual([]);
  });

  test('go into the private files of an app, as the app', async () => {
    mkdirSync(join(there, 'bin'));
    mkdirSync(join(there, 'com.example.app'));
    const runAs = `#!/bin/sh\ncd ${there}/com.example.app || exit 1\nshift\nexec "$@"\n`;
    writeFileSync(join(there, 'bin/run-as'), runAs, { mode: 0o755 });
    const { standIn, device } = await connected({ path: `${there}/bin:/usr/bin:/bin` });
    const app = placeOf({ app: 'com.example.app', runAs: true });
    const files = [file("it's a model.onnx")];
    expect(await pushFiles(device, app, files, { pullBack: true })).toMatchObject([{ state: 'sent' }]);
    expect(readFileSync(join(there, 'com.example.app/files/models', "it's a model.onnx")).equals(large)).toBe(true);
    expect(standIn.seen.filter((entry) => entry.startsWith('send '))).toEqual([]);
    expect(await pushFiles(device, app, files)).toMatchObject([{ state: 'same' }]);
  });
});

describe('what goes wrong is told, and nothing is left', () => {
  /** A device whose shell has these programs alone, some of them our own. */
  async function withPrograms(names: readonly string[], own: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(here, 'bin'));
    for (const name of names) {
      const found = ['/usr/bin', '/bin'].map((path) => join(path, name)).find((path) => existsSync(path));
      symlinkSync(found as string, join(here, 'bin', name));
    }
    for (const [name, text] of Object.entries(own)) {
      writeFileSync(join(here, 'bin', name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(here, 'bin', name), 0o755);
    }
    return connected({ path: join(here, 'bin') });
  }
  const usual = ['mkdir', 'wc', 'df', 'mv', 'rm', 'cat'];

  async function refusal(
    { device }: { device: Awaited<ReturnType<typeof openDevice>> },
    options: PushFilesOptions = {},
  ): Promise<string> {
    const pushing = pushFiles(device, place(), [file('model.onnx')], options);
    const error: Error = await pushing.then(
      () => new Error('it went'),
      (reason) => reason,
    );
    expect(existsSync(folder()) ? readdirSync(folder()) : []).toEqual([]);
    return error.message;
  }

  test('a full storage, before', async () => {
    const df = 'echo "Filesystem 1K-blocks Used Available Use% Mounted on"; echo "/dev/fuse 999 990 9 99% /storage"';
    const message = await refusal(await withPrograms([...usual.filter((name) => name !== 'df'), 'sha256sum'], { df }));
    expect(message).toMatch(/There is no room in \S+ of toy: .* are to be written, and 9\.22 kB are free/);
  });

  test.each([
    ['No space left on device', /Free some space on the device/],
    ['secure_mkdirs failed: Operation not permitted', /Start the app once.*--run-as.*--to/],
    ['remote fchown failed: Operation not permitted', /adb may not write there/],
    ["couldn't create file: Permission denied", /adb may not write there/],
  ])('%s', async (said, hint) => {
    const { standIn, device } = await connected();
    standIn.refuse = () => said;
    const message = await refusal({ device });
    expect(message).toContain(said);
    expect(message).toMatch(hint);
    expect(standIn.seen.filter((entry) => entry.startsWith('send '))).toHaveLength(1);
  });

  test('a folder that cannot be made', async () => {
    writeFileSync(join(there, 'files'), '');
    expect(await refusal(await connected())).toMatch(/toy refused making \S+files\/models/);
  });

  test.each([{}, { verify: true }])('a folder that has the name of the file, with %j', async (options) => {
    mkdirSync(join(folder(), 'model.onnx'), { recursive: true });
    const { device } = await connected();
    const pushing = pushFiles(device, place(), [file('model.onnx', 'x')], options);
    await expect(pushing).rejects.toThrow(/sending model\.onnx: \S+model\.onnx is a folder there; remove or rename it/);
    expect(readdirSync(folder())).toEqual(['model.onnx']);
    expect(readdirSync(join(folder(), 'model.onnx'))).toEqual([]);
  });

  test('no way to hash, unless the file is read back', async () => {
    const programs = await withPrograms(usual);
    expect(await refusal(programs)).toContain('neither sha256sum nor md5sum; read the files back with --pull-back');
    const pushed = await pushFiles(programs.device, place(), [file('model.onnx')], { pullBack: true });
    expect(pushed).toMatchObject([{ state: 'sent' }]);
  });

  test('md5sum does where there is no sha256sum', async () => {
    const { standIn, device } = await withPrograms([...usual, 'md5sum']);
    standIn.flips = 1;
    expect(await pushFiles(device, place(), [file('model.onnx')])).toMatchObject([{ repeated: 1 }]);
  });

  test('an app that is not debuggable', async () => {
    const programs = await withPrograms([...usual, 'sha256sum'], {
      'run-as': 'echo "run-as: package not debuggable: $1"; exit 1',
    });
    const app = placeOf({ app: 'com.example.app', runAs: true });
    await expect(pushFiles(programs.device, app, [file('a', 'x')])).rejects.toThrow(/install a debug build/);
  });
});

describe('devices', () => {
  const choose = async (serials: readonly string[], ...devices: readonly StandInDevice[]) => {
    const { port }: AdbStandIn = await adbStandIn(...devices);
    vi.stubEnv('ADB_SERVER_SOCKET', `tcp:127.0.0.1:${port}`);
    return chooseDevices(await adbServer(), serials);
  };
  const a = { serial: 'a' };
  const b = { serial: 'b' };

  test('are the only one, or those that are named', async () => {
    expect(await choose([], a)).toMatchObject([{ serial: 'a', model: 'Toy' }]);
    expect(await choose(['b', 'a'], a, b)).toHaveLength(2);
  });

  test.each([
    ['none', [], [], /no device is connected\. Turn on USB debugging/],
    ['several', [], [a, b], /2 devices are connected \(a \(Toy\): device, b \(Toy\): device\)\. .*--device SERIAL/],
    ['another', ['c'], [a], /there is no device c\. Connected: a/],
    ['unauthorized', [], [{ ...a, state: 'unauthorized' }], /a is unauthorized\. Unlock its screen/],
    ['offline', [], [{ ...a, state: 'offline' }], /a is offline\. .*adb reconnect offline/],
    ['no permissions', ['a'], [{ ...a, state: 'no permissions' }, b], /a is no permissions\. .*udev/],
  ])('%s: what to do is told', async (_, serials, devices, message) => {
    await expect(choose(serials, ...devices)).rejects.toThrow(message);
  });

  test('without a server and the program adb, the way to them is told', async () => {
    const environment = { ANDROID_ADB_SERVER_PORT: '2', PATH: '/nowhere' };
    await expect(adbServer(environment)).rejects.toThrow(
      /no adb server answers at 127\.0\.0\.1:2 .*no program adb on the PATH.*platform tools/,
    );
    await expect(adbServer({ ADB_SERVER_SOCKET: 'localfilesystem:/x' })).rejects.toThrow('only tcp:host:port');
  });
});

describe('a place on the device', () => {
  test('of an app', () => {
    expect(placeOf({ app: 'com.example.app' }).folder).toBe('/sdcard/Android/data/com.example.app/files/models');
  });
  test.each<[PlaceOptions]>([
    [{}],
    [{ to: 'models' }],
    [{ to: '/' }],
    [{ to: '/sdcard/../system' }],
    [{ app: 'x; rm -rf /' }],
    [{ runAs: true }],
    [{ app: 'com.a.b', runAs: true, to: '/data' }],
  ])('%j is refused', (options) => {
    expect(() => placeOf(options)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

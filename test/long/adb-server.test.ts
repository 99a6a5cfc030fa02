/**
 * Pushing through a real adb server, as Debian's package adb has it, to stand-ins of devices that it connects to over the network:
 *
 *     OCTAVEC_TEST_ADB=adb OCTAVEC_TEST_LONG=1 npx vitest run test/long/adb-server.test.ts
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adbServer, chooseDevices } from '../../src/device/adb-server.js';
import { openDevice } from '../../src/device/device.js';
import { placeOf } from '../../src/device/place.js';
import { pushFiles } from '../../src/device/push-files.js';
import { randomNumbers } from '../../src/numbers/index.js';
import { adbDaemon, type Welcome } from '../support/adb-daemon.js';
import { adbStandIn } from '../support/adb-server.js';
import { freePort } from '../support/free-port.js';

const adb = process.env.OCTAVEC_TEST_ADB;

describe.skipIf(adb === undefined)('through a real adb server', () => {
  const home = mkdtempSync(join(tmpdir(), 'octavec-adb-'));
  let environment: NodeJS.ProcessEnv;
  const run = async (...args: string[]) =>
    (await promisify(execFile)(adb as string, args, { env: environment, timeout: 60_000 })).stdout;

  beforeAll(async () => {
    const port = await freePort();
    // Keys and logs of the server's own.
    environment = { ...process.env, HOME: home, ANDROID_ADB_SERVER_PORT: String(port) };
  });
  afterAll(async () => {
    await run('kill-server');
    rmSync(home, { recursive: true });
  });
  beforeEach(async () => {
    await run('disconnect').catch(() => undefined);
  });

  async function connected(welcome: Welcome = 'open') {
    const standIn = await adbStandIn({ serial: 'toy' });
    const serial = `127.0.0.1:${await adbDaemon(standIn.port, welcome)}`;
    await run('connect', serial).catch(() => undefined);
    return { standIn, serial };
  }

  test('one is started where none runs, and has no device', async () => {
    const client = await adbServer(environment);
    await expect(chooseDevices(client, [])).rejects.toThrow(/no device is connected\. Turn on USB debugging/);
  }, 60_000);

  test('100 MB arrive whole through three cut connections, and are verified', async () => {
    const { standIn, serial } = await connected();
    const random = randomNumbers(5);
    const bytes = Buffer.from(Uint32Array.from({ length: 25 * 2 ** 20 }, () => 2 ** 32 * random()).buffer);
    const source = join(home, 'source');
    writeFileSync(source, bytes);
    standIn.cuts = [0.2, 0.7, 0.9].map((part) => Math.floor(part * bytes.length));
    const client = await adbServer(environment);
    expect(await chooseDevices(client, [])).toMatchObject([{ serial, state: 'device', model: 'Toy' }]);
    const device = await openDevice(client, serial);
    const place = placeOf({ to: join(home, 'device/models') });
    const files = [{ source, name: "it's a model.onnx" }];
    expect(await pushFiles(device, place, files)).toMatchObject([{ state: 'sent', repeated: 3 }]);
    expect(readdirSync(place.folder)).toEqual(["it's a model.onnx"]);
    expect(readFileSync(join(place.folder, "it's a model.onnx")).equals(bytes)).toBe(true);
    expect(await pushFiles(device, place, files, { verify: true, pullBack: true })).toMatchObject([{ state: 'same' }]);
    await device.close();
  }, 600_000);

  test('of two devices one must be named', async () => {
    const [first, second] = [await connected(), await connected()];
    const client = await adbServer(environment);
    await expect(chooseDevices(client, [])).rejects.toThrow(/2 devices are connected .*--device SERIAL/);
    expect(await chooseDevices(client, [second.serial])).toMatchObject([{ serial: second.serial }]);
    await expect(chooseDevices(client, ['another'])).rejects.toThrow(first.serial);
  }, 60_000);

  test.each<[Welcome, RegExp]>([
    ['asks', /is unauthorized\. Unlock its screen/],
    ['silent', /is offline\. .*adb reconnect offline/],
  ])(
    'a device that %s cannot be used, and what to do is told',
    async (welcome, message) => {
      const { serial } = await connected(welcome);
      const client = await adbServer(environment);
      await expect(chooseDevices(client, [serial])).rejects.toThrow(message);
    },
    120_000,
  );
});

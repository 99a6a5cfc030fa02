import type { AdbServerClient } from '@yume-chan/adb';
import { expect, test } from 'vitest';
import { chooseDevices, listDevices } from './adb-server.js';

/** A server that gives this list, as `adb devices -l` prints it. */
function serverWith(list: string) {
  const closed: string[] = [];
  const client = {
    createConnection: async (request: string) => ({
      readString: async () => list,
      dispose: async () => void closed.push(request),
    }),
  };
  return { client: client as unknown as AdbServerClient, closed };
}

test.each([
  ['', []],
  ['\n', []],
  [
    'emulator-5554          device product:sdk model:Pixel_8 device:x transport_id:1\n',
    [{ serial: 'emulator-5554', state: 'device', model: 'Pixel_8' }],
  ],
  [
    '0123ABC                no permissions (user in plugdev group; are your udev rules wrong?); see [http://a/b] usb:1-2\n',
    [{ serial: '0123ABC', state: 'no permissions', model: undefined }],
  ],
  [
    '192.168.0.7:5555 offline transport_id:3\nadb-X._adb-tls-connect._tcp device model:A\n',
    [
      { serial: '192.168.0.7:5555', state: 'offline', model: undefined },
      { serial: 'adb-X._adb-tls-connect._tcp', state: 'device', model: 'A' },
    ],
  ],
  ['odd', [{ serial: 'odd', state: 'unknown', model: undefined }]],
])('the list %j', async (list, devices) => {
  const { client, closed } = serverWith(list);
  expect(await listDevices(client)).toEqual(devices);
  expect(closed).toEqual(['host:devices-l']);
});

test('of several devices the named ones are taken once each, and others may be in any state', async () => {
  const { client } = serverWith('a device\nb unauthorized\nc device\n');
  expect((await chooseDevices(client, ['c', 'a', 'c'])).map(({ serial }) => serial)).toEqual(['a', 'c']);
  await expect(chooseDevices(client, ['a', 'b'])).rejects.toThrow('b is unauthorized');
  await expect(chooseDevices(client, [''])).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
});

test.each(['recovery', 'bootloader', 'sideload'])('a device in %s is to start its usual system', async (state) => {
  const { client } = serverWith(`a ${state}\n`);
  await expect(chooseDevices(client, [])).rejects.toThrow(`a is ${state}. Start its usual system.`);
});

test('a state that is not known has the way to look at it', async () => {
  await expect(chooseDevices(serverWith('a rescue\n').client, [])).rejects.toThrow('Look at it with "adb devices".');
  await expect(chooseDevices(serverWith('a constructor\n').client, [])).rejects.toThrow('a is constructor. Look at it');
});

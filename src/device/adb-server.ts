import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AdbServerClient } from '@yume-chan/adb';
import { OctavecError, ownValue, reasonOf } from '../base/index.js';
import { adbAddress, adbConnector } from './adb-connector.js';

/** What the adb server says of a device. */
export interface ListedDevice {
  readonly serial: string;
  /** "device" where it can be used. */
  readonly state: string;
  readonly model?: string;
}

/**
 * Returns the running adb server; where none runs on this machine, the `adb` program on the PATH is asked to start one.
 *
 * @throws DEVICE_UNAVAILABLE
 */
export async function adbServer(environment: NodeJS.ProcessEnv = process.env): Promise<AdbServerClient> {
  const address = adbAddress(environment);
  if (address === undefined) {
    const { ADB_SERVER_SOCKET: socket, ANDROID_ADB_SERVER_PORT: port } = environment;
    const why = socket
      ? `ADB_SERVER_SOCKET is "${socket}", and only tcp:host:port is understood`
      : `ANDROID_ADB_SERVER_PORT is "${port}", which is no port`;
    throw new OctavecError('DEVICE_UNAVAILABLE', { why, hint: 'Set it so, or unset it.' });
  }
  const client = new AdbServerClient(adbConnector(address));
  const place = `${address.host}:${address.port}`;
  const answers = () =>
    client.getVersion().then(
      () => undefined,
      (error: unknown) => error,
    );
  if ((await answers()) === undefined) {
    return client;
  }
  const local = /^(127\.|localhost$|::1$)/.test(address.host);
  const started = local ? await startServer(address.port, environment) : 'it is on another machine';
  const error = await answers();
  if (error === undefined) {
    return client;
  }
  const why = `no adb server answers at ${place} (${reasonOf(error)}); ${started}`;
  throw new OctavecError('DEVICE_UNAVAILABLE', { why, hint: platformTools }, error);
}

const platformTools =
  'Install the platform tools of Android (Debian: "apt install adb"; else developer.android.com/tools/releases/platform-tools), or start the server with "adb start-server".';

/** Starts a server; says how that went. */
async function startServer(port: number, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    await promisify(execFile)('adb', ['-P', String(port), 'start-server'], { env, timeout: 20_000 });
    return 'adb start-server was of no use';
  } catch (error) {
    const { code } = error as { code?: unknown };
    return code === 'ENOENT' ? 'there is no program adb on the PATH' : `adb start-server failed: ${reasonOf(error)}`;
  }
}

/** Lists all devices that the server knows, in whatever state. */
export async function listDevices(client: AdbServerClient): Promise<ListedDevice[]> {
  const connection = await client.createConnection('host:devices-l');
  try {
    const lines = (await connection.readString()).split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => {
      const [, serial, state, rest] = /^(\S+)\s+(no permissions|\S+)(.*)$/.exec(line) ?? ['', line, 'unknown', ''];
      return { serial, state, model: /\bmodel:(\S+)/.exec(rest)?.[1] };
    });
  } finally {
    await connection.dispose();
  }
}

/** What to do with a device that cannot be used yet. */
const remedies: Readonly<Record<string, string>> = {
  unauthorized: 'Unlock its screen and allow debugging from this computer.',
  authorizing: 'Unlock its screen and allow debugging from this computer.',
  offline: 'Unplug it and plug it in again, or run "adb reconnect offline".',
  'no permissions':
    'This user may not speak to the USB device: set up udev rules, or run "adb kill-server" and start it as another user.',
  recovery: 'Start its usual system.',
  bootloader: 'Start its usual system.',
  sideload: 'Start its usual system.',
};

/**
 * Chooses the devices: those named, or the only one there is.
 *
 * @throws DEVICE_UNAVAILABLE where there is none, several and none is named, or one that is not ready
 */
export async function chooseDevices(client: AdbServerClient, serials: readonly string[]): Promise<ListedDevice[]> {
  const all = await listDevices(client);
  const shown = all.map(({ serial, state, model }) => `${serial}${model ? ` (${model})` : ''}: ${state}`).join(', ');
  const refuse = (why: string, hint: string): never => {
    throw new OctavecError('DEVICE_UNAVAILABLE', { why, hint });
  };
  if (all.length === 0) {
    refuse('no device is connected', 'Turn on USB debugging on the device and plug it in, or start an emulator.');
  }
  const missing = serials.find((serial) => !all.some((device) => device.serial === serial));
  if (missing !== undefined) {
    refuse(`there is no device ${missing}`, `Connected: ${shown}.`);
  }
  if (serials.length === 0 && all.length > 1) {
    refuse(`${all.length} devices are connected (${shown})`, 'Name those that are meant: --device SERIAL.');
  }
  const chosen = serials.length === 0 ? all : all.filter(({ serial }) => serials.includes(serial));
  for (const { serial, state } of chosen) {
    if (state !== 'device') {
      refuse(`${serial} is ${state}`, ownValue(remedies, state) ?? 'Look at it with "adb devices".');
    }
  }
  return chosen;
}

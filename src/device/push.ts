import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eachAtOnce, OctavecError, reasonOf } from '../base/index.js';
import type { NameTemplate } from '../model/index.js';
import type { ResolvedModel } from '../registry/index.js';
import { adbServer, chooseDevices } from './adb-server.js';
import type { AppModel } from './app-config.js';
import { openDevice, refusedBy } from './device.js';
import { type PlaceOptions, placeOf } from './place.js';
import { type PlannedPush, planPush } from './plan-push.js';
import { type PushedFile, type PushFilesOptions, pushFiles } from './push-files.js';

export interface PushOptions extends PlaceOptions, PushFilesOptions {
  /** How files are named on the device. */
  readonly template: NameTemplate;
  /** Which variant; what is recommended for a phone by default. */
  readonly variant?: string;
  /** Serial numbers; the only device by default. */
  readonly devices?: readonly string[];
  /** Say what would be sent, and ask no device. */
  readonly dryRun?: boolean;
  /** Told what the user should know. */
  readonly onNote?: (note: string) => void;
}

export interface PushOutcome {
  readonly folder: string;
  readonly models: readonly AppModel[];
  readonly files: readonly string[];
  /** None for a dry run. */
  readonly devices: readonly { readonly serial: string; readonly files: readonly PushedFile[] }[];
}

const devicesAtOnce = 4;

/**
 * Brings models to Android devices, with proof that they arrived whole. Several devices are served at once.
 *
 * @throws USAGE, DEVICE_UNAVAILABLE, DEVICE_FAILED, DEVICE_DIFFERS, DISK_TOO_SMALL, CANCELLED, and what
 *   `planPush` throws
 */
export async function push(models: readonly ResolvedModel[], options: PushOptions): Promise<PushOutcome> {
  const place = placeOf(options);
  const staging = await mkdtemp(join(tmpdir(), 'octavec-push-'));
  try {
    const plans: PlannedPush[] = [];
    for (const model of models) {
      plans.push(await planPush(model, { place, staging, template: options.template, variant: options.variant }));
    }
    plans.flatMap(({ notes }) => notes).forEach((note) => void options.onNote?.(note));
    const files = plans.flatMap((plan) => plan.files);
    refuseSameNames(files.map(({ name }) => name));
    const outcome = {
      folder: place.folder,
      models: plans.map(({ model }) => model),
      files: files.map(({ name }) => name),
    };
    if (options.dryRun) {
      return { ...outcome, devices: [] };
    }
    const client = await adbServer();
    const chosen = await chooseDevices(client, options.devices ?? []);
    const devices = await eachAtOnce(devicesAtOnce, chosen, async ({ serial }) => {
      const device = await openDevice(client, serial);
      try {
        return { serial, files: await pushFiles(device, place, files, options) };
      } catch (error) {
        throw error instanceof OctavecError ? error : refusedBy(serial, 'the connection', reasonOf(error), error);
      } finally {
        await device.close();
      }
    });
    if (options.verify) {
      refuseDifferent(place.folder, devices);
    }
    return { ...outcome, devices };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function refuseSameNames(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new OctavecError('USAGE', {
      problem: `Two models would be called ${twice} on the device`,
      hint: 'Push them one at a time, or change the template of names.',
    });
  }
}

function refuseDifferent(folder: string, devices: PushOutcome['devices']): void {
  for (const { serial, files } of devices) {
    const wrong = files.filter(({ state }) => state !== 'same').map(({ name, state }) => `${name} (${state})`);
    if (wrong.length > 0) {
      throw new OctavecError('DEVICE_DIFFERS', { serial, folder, files: wrong });
    }
  }
}

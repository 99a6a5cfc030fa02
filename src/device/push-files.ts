import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { formatBytes, OctavecError, reasonOf, shellQuoted, type TaskOptions, throwIfCancelled } from '../base/index.js';
import { type Device, refusedBy } from './device.js';
import type { Place } from './place.js';

/** A file here, and its name there. */
export interface FileToPush {
  readonly source: string;
  readonly name: string;
}

export type FileState = 'same' | 'sent' | 'missing' | 'different';

export interface PushedFile {
  readonly name: string;
  readonly bytes: number;
  readonly state: FileState;
  /** How often it was sent again because it arrived damaged, or the connection broke. */
  readonly repeated: number;
}

export interface PushFilesOptions extends TaskOptions {
  /** Compare, and send nothing. */
  readonly verify?: boolean;
  /** Read every file back, and compare it here. */
  readonly pullBack?: boolean;
}

const mostAttempts = 5;

/**
 * Brings files into a folder of a device. What is there already is left; what is sent gets its name when its bytes were
 * compared on the device.
 *
 * @throws DEVICE_FAILED, DISK_TOO_SMALL, CANCELLED
 */
export async function pushFiles(
  device: Device,
  place: Place,
  files: readonly FileToPush[],
  options: PushFilesOptions = {},
): Promise<PushedFile[]> {
  const { verify, pullBack, signal, onProgress } = options;
  const tool = await hashTool(device);
  const local = await Promise.all(files.map((file) => describe(file, tool, place)));
  const states: FileState[] = [];
  for (const file of local) {
    throwIfCancelled(signal, `pushing to ${device.serial}`);
    states.push(await stateOf(device, place, file, pullBack));
  }
  const left = local.filter((_, i) => states[i] !== 'same');
  if (verify || left.length === 0) {
    return local.map(({ name, bytes }, i) => ({ name, bytes, state: states[i], repeated: 0 }));
  }
  await makeFolder(device, place);
  const total = left.reduce((sum, { bytes }) => sum + bytes, 0);
  await checkRoom(device, place, total);
  let before = 0;
  const repeated = new Map<string, number>();
  for (const file of left) {
    const onBytes = (done: number) =>
      onProgress?.({ stage: `Sending to ${device.serial}`, done: before + done, total, unit: 'bytes' });
    onBytes(0);
    repeated.set(file.name, await pushOne(device, place, file, { signal, onBytes, pullBack }));
    before += file.bytes;
  }
  return local.map(({ name, bytes }, i) => ({
    ...{ name, bytes },
    state: states[i] === 'same' ? 'same' : 'sent',
    repeated: repeated.get(name) ?? 0,
  }));
}

type HashTool = 'sha256sum' | 'md5sum' | undefined;

/** Finds the hash program of the device; undefined if there is none. */
async function hashTool(device: Device): Promise<HashTool> {
  const script = 'for t in sha256sum md5sum; do if command -v $t >/dev/null 2>&1; then echo $t; break; fi; done';
  const { output } = await device.run(script);
  const found = output.trim();
  return found === 'sha256sum' || found === 'md5sum' ? found : undefined;
}

interface LocalFile extends FileToPush {
  readonly bytes: number;
  readonly hash: string;
  readonly tool: HashTool;
  readonly path: string;
  /** Where it is written before it is known to be whole. */
  readonly partial: string;
}

async function describe({ source, name }: FileToPush, tool: HashTool, { folder }: Place): Promise<LocalFile> {
  if (!/^[^/\0]+$/.test(name) || name === '.' || name === '..') {
    throw new OctavecError('USAGE', {
      problem: `"${name}" is no name of a file`,
      hint: 'Give the model another name.',
    });
  }
  const hash = await hashOf(createReadStream(source), tool);
  const { size } = await stat(source);
  return {
    source,
    name,
    tool,
    hash,
    bytes: size,
    path: `${folder}/${name}`,
    partial: `${folder}/.${name}.octavec-part`,
  };
}

async function hashOf(parts: AsyncIterable<Uint8Array>, tool: HashTool): Promise<string> {
  const hash = createHash(tool === 'md5sum' ? 'md5' : 'sha256');
  for await (const part of parts) {
    hash.update(part);
  }
  return hash.digest('hex');
}

async function stateOf(device: Device, place: Place, file: LocalFile, pullBack?: boolean): Promise<FileState> {
  const path = shellQuoted(file.path);
  const kinds = `elif [ -d ${path} ]; then echo folder; else echo none; fi`;
  const { output } = await device.run(place.as(`if [ -f ${path} ]; then wc -c < ${path}; ${kinds}`));
  if (output.trim() === 'folder') {
    // What is renamed to the name of a folder goes into the folder.
    throw refusedBy(device.serial, `sending ${file.name}`, `${file.path} is a folder there; remove or rename it`);
  }
  if (output.trim() === 'none') {
    return 'missing';
  }
  return Number(output.trim()) === file.bytes && (await isWhole(device, place, file, file.path, pullBack))
    ? 'same'
    : 'different';
}

/**
 * Tells whether the bytes on the device are those here: by their hash on the device and, where that is asked for, by
 * reading them back.
 */
async function isWhole(
  device: Device,
  place: Place,
  { hash, tool }: LocalFile,
  path: string,
  pullBack = false,
): Promise<boolean> {
  if (tool !== undefined) {
    const { output, status } = await device.run(place.as(`${tool} < ${shellQuoted(path)}`));
    if (status !== 0 || output.trim().split(/\s/)[0].replace(/^\\/, '') !== hash) {
      return false;
    }
  } else if (!pullBack) {
    throw refusedBy(
      device.serial,
      'comparing what arrived',
      'it has neither sha256sum nor md5sum; read the files back with --pull-back',
    );
  }
  return !pullBack || (await hashOf(await device.read(place.as(`cat ${shellQuoted(path)}`)), tool)) === hash;
}

async function makeFolder(device: Device, { folder, as }: Place): Promise<void> {
  const { output, status } = await device.run(as(`mkdir -p ${shellQuoted(folder)} && [ -w ${shellQuoted(folder)} ]`));
  if (status !== 0) {
    throw refusedBy(device.serial, `making ${folder}`, output.trim() || 'Permission denied');
  }
}

/** Space that is left when everything has arrived, so that the system goes on working. */
const reserve = 16 * 2 ** 20;

async function checkRoom(device: Device, { folder, as }: Place, bytes: number): Promise<void> {
  const { output } = await device.run(as(`df -k ${shellQuoted(folder)}`));
  const free = freeKilobytes(output);
  if (free !== undefined && free * 1024 < bytes + reserve) {
    const path = `${folder} of ${device.serial}`;
    const needed = `${formatBytes(bytes)} and ${formatBytes(reserve)} to spare`;
    throw new OctavecError('DISK_TOO_SMALL', { path, needed, free: formatBytes(free * 1024) });
  }
}

/**
 * Reads the free space from "Filesystem 1K-blocks Used Available Use% Mounted on", in one line or two; undefined for
 * another form.
 */
function freeKilobytes(output: string): number | undefined {
  const [, free] = /\s(\d+)\s+\d+%/.exec(output.split('\n').slice(1).join(' ')) ?? [];
  return free === undefined ? undefined : Number(free);
}

/** How a file is sent. */
interface Sending {
  readonly signal?: AbortSignal;
  readonly pullBack?: boolean;
  readonly onBytes: (bytes: number) => void;
}

/** Sends a file, and leaves nothing of one that cannot be sent. Returns how often it had to be sent again. */
async function pushOne(device: Device, place: Place, file: LocalFile, sending: Sending): Promise<number> {
  try {
    return await sendUntilWhole(device, place, file, sending);
  } catch (error) {
    await device.run(place.as(`rm -f ${shellQuoted(file.partial)}`)).catch(() => undefined);
    throw error;
  }
}

async function sendUntilWhole(
  device: Device,
  place: Place,
  file: LocalFile,
  { signal, onBytes, pullBack }: Sending,
): Promise<number> {
  let why = '';
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    throwIfCancelled(signal, `pushing to ${device.serial}`);
    try {
      await sendOnce(device, place, file, onBytes);
      if (await isWhole(device, place, file, file.partial, pullBack)) {
        await giveName(device, place, file);
        return attempt;
      }
      why = 'it arrives damaged';
    } catch (error) {
      if (error instanceof OctavecError) {
        throw error;
      }
      why = reasonOf(error);
    }
  }
  throw refusedBy(device.serial, `sending ${file.name}, ${mostAttempts} times`, why);
}

async function giveName(device: Device, place: Place, { name, path, partial }: LocalFile): Promise<void> {
  const { output, status } = await device.run(place.as(`mv -f ${shellQuoted(partial)} ${shellQuoted(path)}`));
  if (status !== 0) {
    throw refusedBy(device.serial, `sending ${name}`, output);
  }
}

/**
 * Sends a file once.
 *
 * @throws DEVICE_FAILED where the device refuses; any other error where the connection breaks
 */
async function sendOnce(
  device: Device,
  place: Place,
  file: LocalFile,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (place.isOpen) {
    await device.send(file.source, file.partial, onBytes);
    return;
  }
  const script = place.as(`head -c ${file.bytes} > ${shellQuoted(file.partial)}`);
  const { output, status } = await device.sendInto(script, file.source, onBytes);
  if (status !== 0) {
    throw refusedBy(device.serial, `sending ${file.name}`, output);
  }
}

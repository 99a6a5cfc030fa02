import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { type Adb, type AdbServerClient, AdbSyncError } from '@yume-chan/adb';
import { OctavecError } from '../base/index.js';

/** What a command on the device printed, errors included, and its exit status. */
export interface ShellOutcome {
  readonly output: string;
  readonly status: number;
}

/** A device that can be spoken to. */
export interface Device {
  readonly serial: string;
  run(script: string): Promise<ShellOutcome>;
  /** Writes a file by adb's own protocol. */
  send(source: string, path: string, onBytes: (bytes: number) => void): Promise<void>;
  /** Writes a file into the standard input of a command, which must end when it has read it: that stays open. */
  sendInto(script: string, source: string, onBytes: (bytes: number) => void): Promise<ShellOutcome>;
  /** Runs a command and yields what it prints, piece by piece. */
  read(script: string): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** Without any new byte for so long, a connection is dead. */
const stallMs = 30_000;

/** Commands say their exit status at the end of what they print: devices before Android 7 have no other way. */
const mark = 'octavec-status:';

/** Connects to a device. */
export async function openDevice(client: AdbServerClient, serial: string): Promise<Device> {
  const adb = await client.createAdb({ serial });
  const run = async (script: string) => {
    const process = await adb.subprocess.noneProtocol.spawn([withStatus(script)]);
    return outcomeOf(await within(textOf(process.output as never), () => process.kill()));
  };
  return {
    serial,
    run,
    send: (source, path, onBytes) => send(adb, source, path, onBytes),
    sendInto: async (script, source, onBytes) => {
      const process = await adb.subprocess.noneProtocol.spawn([withStatus(script)]);
      const watch = stallWatch(() => process.kill());
      const told = (bytes: number) => {
        watch.touch();
        onBytes(bytes);
      };
      try {
        const writing = counted(source, told).pipeTo(process.stdin as never, { preventClose: true });
        const text = textOf(process.output as never);
        await writing.catch(() => undefined);
        return outcomeOf(await text);
      } finally {
        watch.stop();
      }
    },
    read: async (script) => (await adb.subprocess.noneProtocol.spawn([script])).output as never,
    close: async () => {
      await adb.close();
    },
  };
}

async function send(adb: Adb, source: string, path: string, onBytes: (bytes: number) => void): Promise<void> {
  const sync = await adb.sync();
  const watch = stallWatch(() => sync.dispose());
  const file = counted(source, (bytes) => {
    watch.touch();
    onBytes(bytes);
  });
  try {
    await Promise.race([sync.write({ filename: path, file: file as never, permission: 0o644 }), watch.stalled]);
  } catch (error) {
    throw error instanceof AdbSyncError ? refusedBy(adb.serial, `sending ${path}`, error.message, error) : error;
  } finally {
    watch.stop();
    await sync.dispose();
  }
}

function counted(source: string, onBytes: (bytes: number) => void): ReadableStream<Uint8Array> {
  let bytes = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform: (part, controller) => {
      bytes += part.byteLength;
      onBytes(bytes);
      controller.enqueue(part);
    },
  });
  const web = Readable.toWeb(createReadStream(source, { highWaterMark: 2 ** 18 })) as ReadableStream<Uint8Array>;
  return web.pipeThrough(counting);
}

function withStatus(script: string): string {
  return `{ ${script}\n} 2>&1; echo "${mark}$?"`;
}

/**
 * Parses the output of a command, which ends with its exit status.
 *
 * @throws Error where the connection ended before the command did
 */
function outcomeOf(text: string): ShellOutcome {
  const [, output, status] = new RegExp(`^([\\s\\S]*)${mark}(\\d+)\\s*$`).exec(text.replaceAll('\r\n', '\n')) ?? [];
  if (status === undefined) {
    throw new Error('the connection to the device ended too early');
  }
  return { output, status: Number(status) };
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of stream) {
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** Hashing a large file on a slow device takes its time. */
const commandMs = 300_000;

async function within<Value>(coming: Promise<Value>, giveUp: () => unknown): Promise<Value> {
  const watch = stallWatch(giveUp, commandMs);
  try {
    return await Promise.race([coming, watch.stalled]);
  } finally {
    watch.stop();
  }
}

function stallWatch(giveUp: () => unknown, most = stallMs) {
  let timer: NodeJS.Timeout;
  let fail: (error: Error) => void;
  const stalled = new Promise<never>((_, reject) => {
    fail = reject;
  });
  stalled.catch(() => undefined);
  const touch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      fail(new Error(`the device took no byte for ${most / 1000} s`));
      giveUp();
    }, most);
  };
  touch();
  return { touch, stalled, stop: () => clearTimeout(timer) };
}

/** Makes an error of what the device said when it refused something, with what to do about it. */
export function refusedBy(serial: string, what: string, said: string, cause?: unknown): OctavecError {
  const why = said.trim().split('\n').slice(-3).join('; ') || 'it did not say why';
  const [, hint] = hints.find(([pattern]) => pattern.test(said)) ?? [undefined, 'Look at the device, and try again.'];
  return new OctavecError('DEVICE_FAILED', { serial, what, why, hint: hint as string }, cause);
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/No space left|ENOSPC/i, 'Free some space on the device.'],
  [
    /not debuggable/i,
    'Only debuggable builds can be entered by run-as: install a debug build, or push without --run-as.',
  ],
  [
    /unknown package|is unknown/i,
    'Check the name of the package, and that it is installed: adb shell pm list packages.',
  ],
  [
    /secure_mkdirs|fchown|Permission denied|Operation not permitted|EACCES|Read-only/i,
    'adb may not write there. Start the app once, so that its folder is made; for a debuggable app give --run-as; or choose another folder with --to, such as /data/local/tmp/models.',
  ],
];

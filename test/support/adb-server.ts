import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A device that the server has. Its files and its shell are those of this machine: tests name temporary folders. */
export interface StandInDevice {
  readonly serial: string;
  readonly state?: string;
  /** Where its shell finds programs. */
  readonly path?: string;
  /** The folder that stands for its /sdcard. */
  readonly sdcard?: string;
}

export interface AdbStandIn {
  readonly port: number;
  /** Commands that the shells of devices ran, and files that were sent. */
  readonly seen: string[];
  /** The next files that are sent are cut off when so many bytes have arrived. */
  cuts: number[];
  /** Paths whose next writing fails, and with what. */
  refuse?: (path: string) => string | undefined;
  /** The next files that are sent arrive with a flipped byte. */
  flips: number;
}

/** Speaks as an adb server does, as far as files are pushed through it: host services, sync, exec. Ends with the test. */
export async function adbStandIn(...devices: readonly StandInDevice[]): Promise<AdbStandIn> {
  const standIn: { -readonly [Key in keyof AdbStandIn]: AdbStandIn[Key] } = { port: 0, seen: [], cuts: [], flips: 0 };
  const children = new Set<ChildProcess>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(new Reader(socket), socket).catch(() => socket.destroy());
  });

  async function serve(reader: Reader, socket: Socket): Promise<void> {
    let device: StandInDevice | undefined;
    for (;;) {
      const request = (await reader.take(Number.parseInt((await reader.take(4)).toString(), 16))).toString();
      const answer = (text: string) => socket.end(`OKAY${text.length.toString(16).padStart(4, '0')}${text}`);
      const fail = (text: string) => socket.end(`FAIL${text.length.toString(16).padStart(4, '0')}${text}`);
      if (request === 'host:version') {
        return void answer('0029');
      }
      if (request === 'host:devices-l') {
        const list = devices.map(
          ({ serial, state = 'device' }, i) => `${serial}  ${state} model:Toy transport_id:${i + 1}\n`,
        );
        return void answer(list.join(''));
      }
      if (request === 'host:features') {
        // Of a device before Android 8: the plainest protocol.
        return void answer('cmd');
      }
      const [, serial] = /^host:tport:serial:(.*)$/.exec(request) ?? [];
      const [, id] = /^host:transport-id:(\d+)$/.exec(request) ?? [];
      if (serial !== undefined || id !== undefined) {
        const index = id === undefined ? devices.findIndex((one) => one.serial === serial) : Number(id) - 1;
        device = devices[index];
        if (device === undefined) {
          return void fail(`device '${serial}' not found`);
        }
        socket.write('OKAY');
        if (serial !== undefined) {
          const transport = Buffer.alloc(8);
          transport.writeBigUInt64LE(BigInt(index + 1));
          socket.write(transport);
        }
        continue;
      }
      if (/^host[:-].*wait-for/.test(request)) {
        socket.write('OKAY');
        return;
      }
      if (device !== undefined && request.startsWith('exec:')) {
        return shell(device, onDevice(device, request.slice('exec:'.length)), reader, socket);
      }
      if (device !== undefined && request === 'sync:') {
        socket.write('OKAY');
        return sync(device, reader, socket);
      }
      return void fail(`unknown: ${request}`);
    }
  }

  function shell({ path }: StandInDevice, command: string, reader: Reader, socket: Socket): void {
    standIn.seen.push(command);
    const env = path === undefined ? process.env : { PATH: path };
    const child = spawn('/bin/sh', ['-c', command], { env });
    children.add(child);
    socket.write('OKAY');
    child.stdin.on('error', () => undefined);
    reader.pipeTo(child.stdin);
    child.stdout.pipe(socket, { end: false });
    child.stderr.pipe(socket, { end: false });
    child.on('close', () => {
      children.delete(child);
      socket.end();
    });
  }

  async function sync(device: StandInDevice, reader: Reader, socket: Socket): Promise<void> {
    for (;;) {
      const [id, length] = await word(reader);
      if (id === 'QUIT') {
        return void socket.end();
      }
      const path = onDevice(device, (await reader.take(length)).toString().replace(/,\d+$/, ''));
      if (id !== 'SEND') {
        throw new Error(id);
      }
      standIn.seen.push(`send ${path}`);
      const refusal = standIn.refuse?.(path);
      if (refusal !== undefined) {
        const head = Buffer.alloc(8);
        head.write('FAIL');
        head.writeUInt32LE(refusal.length, 4);
        socket.write(Buffer.concat([head, Buffer.from(refusal)]));
        return;
      }
      await receive(reader, socket, path);
    }
  }

  async function receive(reader: Reader, socket: Socket, path: string): Promise<void> {
    const file = createWriteStream(path);
    const cut = standIn.cuts.shift();
    let flip = standIn.flips > 0;
    standIn.flips -= flip ? 1 : 0;
    let bytes = 0;
    for (;;) {
      const [id, length] = await word(reader);
      if (id === 'DONE') {
        break;
      }
      const part = Buffer.from(await reader.take(length));
      if (flip && part.length > 0) {
        part[Math.floor(part.length / 2)] ^= 1;
        flip = false;
      }
      file.write(part);
      bytes += part.length;
      if (cut !== undefined && bytes >= cut) {
        file.end();
        socket.resetAndDestroy();
        return;
      }
    }
    await new Promise<void>((resolve) => file.end(resolve));
    socket.write(Buffer.from('OKAY\0\0\0\0'));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  standIn.port = (server.address() as AddressInfo).port;
  onTestFinished(() => {
    for (const child of children) {
      child.kill();
    }
    server.close();
  });
  return standIn;
}

/** Paths on the shared storage are in a folder of this machine. */
function onDevice({ sdcard }: StandInDevice, text: string): string {
  return sdcard === undefined ? text : text.replaceAll('/sdcard/', `${sdcard}/`);
}

async function word(reader: Reader): Promise<[id: string, length: number]> {
  const head = await reader.take(8);
  return [head.subarray(0, 4).toString(), head.readUInt32LE(4)];
}

/** Joining pieces over and over is slow where many wait. */
const mostBuffered = 2 ** 20;

/** Bytes of a socket, as many as are asked for. */
class Reader {
  #buffered = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #ended = false;
  #target: NodeJS.WritableStream | undefined;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => {
      if (this.#target === undefined) {
        this.#buffered = Buffer.concat([this.#buffered, data]);
        if (this.#buffered.length > mostBuffered) {
          socket.pause();
        }
        this.#wake();
      } else {
        this.#target.write(data);
      }
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  async take(bytes: number): Promise<Buffer> {
    while (this.#buffered.length < bytes) {
      if (this.#ended) {
        throw new Error('ended');
      }
      this.#socket.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#buffered.subarray(0, bytes);
    this.#buffered = this.#buffered.subarray(bytes);
    return taken;
  }

  pipeTo(target: NodeJS.WritableStream): void {
    this.#target = target;
    this.#socket.resume();
    target.write(this.#buffered);
  }
}

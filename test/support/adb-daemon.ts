import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** How a device meets whoever connects: it lets them in, asks its user who does not look, or says nothing. */
export type Welcome = 'open' | 'asks' | 'silent';

/** 24 bytes before each message: command, two arguments, length and sum of the data, and the command's complement. */
const command = { connect: 'CNXN', auth: 'AUTH', open: 'OPEN', ready: 'OKAY', close: 'CLSE', write: 'WRTE' } as const;
const version = 0x01000000;
const mostData = 256 * 1024;
const banner = 'device::ro.product.name=toy;ro.product.model=Toy;ro.product.device=toy;features=cmd';

/**
 * Speaks as adbd does on a device that is debugged over the network, so that a real adb server can `adb connect` to it. What is
 * asked of the device is answered by a stand-in of a server that has it. Ends with the test.
 *
 * @param standIn port of the stand-in, whose first device this is
 * @returns the port that it listens on
 */
export async function adbDaemon(standIn: number, welcome: Welcome = 'open', device = 1): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((host) => {
    sockets.add(host);
    host.on('error', () => undefined);
    serve(host, standIn, welcome, device);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function serve(host: Socket, standIn: number, welcome: Welcome, device: number): void {
  const streams = new Map<number, Stream>();
  let ids = 0;
  const send = (name: string, a: number, b: number, data: Buffer = Buffer.alloc(0)) => {
    const head = Buffer.alloc(24);
    head.write(name);
    let sum = 0;
    for (const byte of data) {
      sum += byte;
    }
    [a, b, data.length, sum >>> 0, ~head.readUInt32LE(0) >>> 0].forEach((value, i) => {
      head.writeUInt32LE(value, 4 + 4 * i);
    });
    host.write(Buffer.concat([head, data]));
  };
  messagesOf(host, (name, first, second, data) => {
    if (name === command.connect || name === command.auth) {
      if (welcome === 'open') {
        send(command.connect, version, mostData, Buffer.from(`${banner}\0`));
      } else if (welcome === 'asks' && (name === command.connect || first === 2)) {
        // A token to sign; the public key that comes in the end is shown to the user, who does not look.
        send(command.auth, 1, 0, randomBytes(20));
      }
    } else if (name === command.open) {
      const own = ++ids;
      const stream = new Stream(standIn, device, data.toString().replace(/\0$/, ''), {
        opened: () => send(command.ready, own, first),
        write: (part) => send(command.write, own, first, part),
        taken: () => send(command.ready, own, first),
        closed: () => {
          streams.delete(own);
          send(command.close, own, first);
        },
      });
      streams.set(own, stream);
    } else if (name === command.write) {
      streams.get(second)?.take(data);
    } else if (name === command.ready) {
      streams.get(second)?.goOn();
    } else if (name === command.close) {
      streams.get(second)?.end();
      streams.delete(second);
    }
  });
}

function messagesOf(
  host: Socket,
  onMessage: (name: string, first: number, second: number, data: Buffer) => void,
): void {
  let buffered = Buffer.alloc(0);
  host.on('data', (part) => {
    buffered = Buffer.concat([buffered, part]);
    while (buffered.length >= 24 && buffered.length >= 24 + buffered.readUInt32LE(12)) {
      const end = 24 + buffered.readUInt32LE(12);
      const name = buffered.subarray(0, 4).toString();
      onMessage(name, buffered.readUInt32LE(4), buffered.readUInt32LE(8), Buffer.from(buffered.subarray(24, end)));
      buffered = buffered.subarray(end);
    }
  });
}

interface StreamEvents {
  readonly opened: () => void;
  readonly write: (part: Buffer) => void;
  /** What was given was passed on. */
  readonly taken: () => void;
  readonly closed: () => void;
}

/** One service of the device, over a connection to the stand-in: one message is on its way at a time, as adb has it. */
class Stream {
  readonly #socket: Socket;
  readonly #events: StreamEvents;
  #answers = Buffer.alloc(0);
  /** OKAYs of the stand-in that are still awaited: to the choice of the device, and to the service. */
  #awaited = 2;
  #mayWrite = true;
  #isOver = false;

  constructor(standIn: number, device: number, service: string, events: StreamEvents) {
    this.#events = events;
    this.#socket = connect(standIn, '127.0.0.1');
    const request = (text: string) => `${text.length.toString(16).padStart(4, '0')}${text}`;
    this.#socket.write(request(`host:transport-id:${device}`) + request(service));
    this.#socket.on('data', (part) => {
      this.#answers = Buffer.concat([this.#answers, part]);
      if (this.#answers.length > mostData) {
        this.#socket.pause();
      }
      while (this.#awaited > 0 && this.#answers.length >= 4) {
        this.#answers = this.#answers.subarray(4);
        if (--this.#awaited === 0) {
          events.opened();
        }
      }
      this.#flush();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#isOver = true;
      this.#flush();
    });
  }

  take(part: Buffer): void {
    this.#socket.write(part, () => this.#events.taken());
  }

  goOn(): void {
    this.#mayWrite = true;
    this.#flush();
  }

  end(): void {
    this.#socket.destroy();
  }

  #flush(): void {
    if (this.#awaited === 0 && this.#mayWrite && this.#answers.length > 0) {
      this.#mayWrite = false;
      this.#events.write(this.#answers.subarray(0, mostData));
      this.#answers = this.#answers.subarray(mostData);
      this.#socket.resume();
    } else if (this.#isOver && this.#answers.length === 0) {
      this.#isOver = false;
      this.#events.closed();
    }
  }
}

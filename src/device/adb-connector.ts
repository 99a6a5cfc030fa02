import { Socket } from 'node:net';
import type { AdbServerClient } from '@yume-chan/adb';

/** Where the adb server listens, by ADB_SERVER_SOCKET ("tcp:host:port") or ANDROID_ADB_SERVER_PORT; on this machine by default. */
export interface AdbAddress {
  readonly host: string;
  readonly port: number;
}

/** Returns the address of the adb server, or undefined where they name no port of TCP. */
export function adbAddress(environment: NodeJS.ProcessEnv = process.env): AdbAddress | undefined {
  const { ADB_SERVER_SOCKET: socket, ANDROID_ADB_SERVER_ADDRESS: host, ANDROID_ADB_SERVER_PORT: port } = environment;
  const [, name, number] = socket ? (/^tcp:(?:(.+):)?(\d+)$/.exec(socket) ?? []) : ['', host, port || '5037'];
  const found = { host: name?.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1', port: Number(number) };
  return found.port >= 1 && found.port <= 65_535 && Number.isInteger(found.port) ? found : undefined;
}

/**
 * Connects to an adb server. The library's own connector for Node leaves readers waiting for ever where a connection
 * breaks instead of ending.
 */
export function adbConnector({ host, port }: AdbAddress): AdbServerClient.ServerConnector {
  const none = () => {
    throw new Error('reverse tunnels are not used');
  };
  return {
    connect: async ({ unref = false } = {}) => {
      const socket = new Socket();
      if (unref) {
        // One that waits for the device to go must not keep the process.
        socket.unref();
      }
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.connect({ host, port }, () => {
          socket.off('error', reject);
          resolve();
        });
      });
      return connectionOf(socket);
    },
    addReverseTunnel: none,
    removeReverseTunnel: none,
    clearReverseTunnels: none,
  };
}

function connectionOf(socket: Socket): AdbServerClient.ServerConnection {
  socket.setNoDelay(true);
  let broken: Error | undefined;
  socket.on('error', (error) => {
    broken = error;
  });
  const closed = new Promise<undefined>((resolve) => {
    socket.once('close', () => resolve(undefined));
  });
  let isOver = false;
  const readable = new ReadableStream<Uint8Array>({
    start: (controller) => {
      socket.on('data', (data) => {
        controller.enqueue(data);
        if ((controller.desiredSize ?? 0) <= 0) {
          socket.pause();
        }
      });
      const end = () => {
        if (!isOver) {
          isOver = true;
          broken === undefined ? controller.close() : controller.error(broken);
        }
      };
      socket.once('end', end);
      socket.once('close', end);
    },
    pull: () => {
      socket.resume();
    },
    cancel: () => {
      isOver = true;
      socket.destroy();
    },
  });
  // A broken connection is told to whoever reads. A writer's error would reach nobody, for the library does not wait for it.
  const write = (chunk: Uint8Array) =>
    new Promise<void>((resolve) => {
      socket.write(chunk, () => resolve());
    });
  const writable = new WritableStream<unknown>({
    // Chunks may come with a note that says when they were consumed.
    write: async (chunk) =>
      chunk instanceof Uint8Array
        ? write(chunk)
        : (chunk as { tryConsume(use: (value: Uint8Array) => Promise<void>): Promise<void> }).tryConsume(write),
    close: () => {
      socket.end();
    },
    abort: () => {
      socket.destroy();
    },
  });
  return {
    readable: readable as never,
    writable: writable as never,
    closed,
    close: () => {
      socket.end();
    },
  };
}

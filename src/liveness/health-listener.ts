import { WorkerChannel } from '../threads/index.js';

/** What the thread is told. */
export interface HealthSettings {
  /** Address to listen on. */
  readonly host: string;
  /** Port to listen on; 0 takes any free one. */
  readonly port: number;
  /** When the process last said that it is alive (`process.hrtime.bigint()`). */
  readonly pulse: BigInt64Array;
}

/** Questions to the thread. */
export interface AnsweringProbes {
  /** Listens, and returns the port. */
  start(settings: HealthSettings): number;
}

export interface HealthListener {
  readonly port: number;
  close(): Promise<void>;
}

const beatMs = 500;

/**
 * Answers `/health` for the probes of an orchestrator, in a thread with a port of its own. A flood of connections
 * that the process itself works off one by one does not stand before them, and an event loop that has stopped is noticed.
 *
 * @param port 0 takes any free one
 * @throws HOST_UNUSABLE where the address cannot be listened on
 */
export async function listenForProbes(host: string, port: number): Promise<HealthListener> {
  const pulse = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  const beat = () => void Atomics.store(pulse, 0, process.hrtime.bigint());
  beat();
  const timer = setInterval(beat, beatMs).unref();
  const script = new URL('./health-worker.js', import.meta.url);
  const channel = new WorkerChannel<AnsweringProbes>(script, { host, port, pulse }, { path: 'the health port' });
  const close = async () => {
    clearInterval(timer);
    await channel.close();
  };
  try {
    return { port: await channel.started(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The command line as a user starts it, built. */
const main = new URL('../../dist/cli/main.js', import.meta.url);
const program = new URL('../../dist/cli/program.js', import.meta.url);

export interface Outcome {
  /** null if a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface ProcessOptions extends RunOptions {
  /** A command that runs Node, in place of Node itself: ["sh", "-c", …]. */
  readonly under?: readonly string[];
  /** The standard input: empty, or a pipe that stays open. */
  readonly stdin?: 'ignore' | 'pipe';
  /** Is given the process as soon as it runs. Then it leads a process group, as from a shell. */
  readonly whileRunning?: (child: ChildProcess) => void;
}

/**
 * As in a shell: test runners ask for colours, and the configuration keeps ONNX Runtime from reporting its use. What the
 * developer has configured is not tested.
 */
function environment(env: NodeJS.ProcessEnv | undefined): NodeJS.ProcessEnv {
  return {
    ...process.env,
    FORCE_COLOR: undefined,
    ORT_DISABLE_TELEMETRY: undefined,
    XDG_CONFIG_HOME: '/nowhere',
    ...env,
  };
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs octavec to its end in this process, one run after the other: to start Node takes longer than what most tests look
 * at. What belongs to the process (signals, pipes, its end) is tested with {@link octavecProcess}.
 */
export function octavec(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const outcome = last.then(() => runHere(args, options));
  last = outcome.catch(() => undefined);
  return outcome;
}

async function runHere(args: readonly string[], { cwd, env }: RunOptions): Promise<Outcome> {
  const { runCli } = (await import(program.href)) as { runCli(args: readonly string[]): Promise<number> };
  const [folder, variables] = [process.cwd(), process.env];
  const outputs = [process.stdout, process.stderr].map((stream) => {
    const { write } = stream;
    const written: Buffer[] = [];
    stream.write = ((chunk: string | Uint8Array) => written.push(Buffer.from(chunk)) > 0) as typeof write;
    return {
      written,
      restore: () => {
        stream.write = write;
      },
    };
  });
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, process.listeners(signal)] as const);
  try {
    process.chdir(cwd ?? folder);
    process.env = JSON.parse(JSON.stringify(environment(env)));
    const status = await runCli(args);
    const [stdout, stderr] = outputs.map(({ written }) => Buffer.concat(written).toString());
    return { status, stdout, stderr };
  } finally {
    for (const { restore } of outputs) {
      restore();
    }
    for (const [signal, before] of listeners) {
      for (const listener of process.listeners(signal).filter((each) => !before.includes(each))) {
        process.off(signal, listener);
      }
    }
    process.env = variables;
    process.chdir(folder);
  }
}

/** Runs octavec to its end in a process of its own, as a user starts it. */
export function octavecProcess(args: readonly string[], options: ProcessOptions = {}): Promise<Outcome> {
  const [command, ...rest] = [...(options.under ?? []), process.execPath, fileURLToPath(main), ...args];
  const child = spawn(command, rest, {
    cwd: options.cwd,
    env: environment(options.env),
    stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
    detached: options.whileRunning !== undefined,
  });
  options.whileRunning?.(child);
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (data: Buffer) => out.push(data));
    child.stderr?.on('data', (data: Buffer) => err.push(data));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

/** The error that `--json` prints. */
export function errorOf({ stderr }: Outcome): { readonly code: string; readonly message: string } {
  return JSON.parse(stderr).error;
}

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-cli-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every file and folder within, hidden ones included, with paths relative to it. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

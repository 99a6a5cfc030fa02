import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The command line as a user starts it, built. */
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Outcome {
  /** null if a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** A command that runs Node, in place of Node itself: ["sh", "-c", …]. */
  readonly under?: readonly string[];
  /** The standard input: empty, or a pipe that stays open. */
  readonly stdin?: 'ignore' | 'pipe';
  /** Is given the process as soon as it runs. Then it leads a process group, as from a shell. */
  readonly whileRunning?: (child: ChildProcess) => void;
}

/** Runs octavec to its end. */
export function octavec(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [command, ...rest] = [...(options.under ?? []), process.execPath, main, ...args];
  const child = spawn(command, rest, {
    cwd: options.cwd,
    // As in a shell: test runners ask for colours, and the configuration keeps ONNX Runtime from reporting its use. What
    // the developer has configured is not tested.
    env: {
      ...process.env,
      FORCE_COLOR: undefined,
      ORT_DISABLE_TELEMETRY: undefined,
      XDG_CONFIG_HOME: '/nowhere',
      ...options.env,
    },
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

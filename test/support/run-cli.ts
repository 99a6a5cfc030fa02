import { vi } from 'vitest';
import { runCli } from '../../src/cli/program.js';

/** What a command printed, and how it ended. */
export interface CliOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line of the sources in this process. */
export async function cli(...args: readonly string[]): Promise<CliOutcome> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += text;
      return true;
    }),
  );
  try {
    return { status: await runCli(args), ...printed };
  } finally {
    for (const spy of spies) {
      spy.mockRestore();
    }
  }
}

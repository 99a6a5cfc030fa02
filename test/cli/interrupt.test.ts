import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { embeddedModel } from '../support/golden-texts.js';
import { filesIn, octavecProcess, temporaryFolder } from './octavec.js';

/** Enough texts for every stage to last. */
const texts = Array.from({ length: 60 }, (_, i) => `${i} ${'some more words '.repeat(i % 50)}`).join('\n');

/** Sends the signal as a terminal does, to the whole group, when the condition holds for the first time. */
async function signalWhen(child: ChildProcess, signal: NodeJS.Signals, condition: () => boolean): Promise<void> {
  while (child.exitCode === null && !condition()) {
    await setTimeout(5);
  }
  process.kill(-(child.pid as number), signal);
}

/** Have processes been started to measure speed? */
function isMeasuring({ pid }: ChildProcess): boolean {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') !== '';
}

interface Place {
  readonly child: ChildProcess;
  readonly output: string;
}

describe.skipIf(!existsSync('/proc/self/task'))('an interrupted octavec quantize leaves nothing behind', () => {
  // Speed is measured for seconds with any model.
  test.each<[string, string, NodeJS.Signals, (place: Place) => boolean]>([
    ['the original is embedded', embeddedModel, 'SIGINT', ({ output }) => existsSync(output)],
    [
      'the candidate is written or embedded',
      embeddedModel,
      'SIGTERM',
      ({ output }) => existsSync(join(output, 'onnx')),
    ],
    ['speed is measured', inject('tiny'), 'SIGINT', ({ child }) => isMeasuring(child)],
  ])('while %s', async (_, model, signal, condition) => {
    const folder = temporaryFolder();
    const output = join(folder, 'out');
    const file = join(temporaryFolder(), 'texts.txt');
    writeFileSync(file, texts);
    const temporary = temporaryFolder();
    const { status, stdout, stderr } = await octavecProcess(
      ['quantize', model, output, '--to', 'int8', '--no-calibration', '--texts', file, '--bench'],
      {
        env: { TMPDIR: temporary },
        whileRunning: (child) => void signalWhen(child, signal, () => condition({ child, output })),
      },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: signal === 'SIGINT' ? 130 : 143,
      stdout: '',
      stderr: expect.stringMatching(/^error: Cancelled: .*\n$/),
    });
    expect(filesIn(folder)).toEqual([]);
    expect(filesIn(temporary)).toEqual([]);
  });
});

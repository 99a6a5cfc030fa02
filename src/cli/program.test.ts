import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cli } from '../../test/support/run-cli.js';
import { allCommands, commands } from './commands.js';
import { reportLostAnswer, reportLostOutput } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-program-'));
beforeAll(() => {
  vi.stubEnv('HF_HOME', join(folder, 'hub'));
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('wrong usage ends with status 2', () => {
  test.each<[string[], RegExp]>([
    [['embd', 'model', 'text'], /unknown command 'embd'\n\(Did you mean embed\?\)/],
    [['quantise'], /Did you mean quantize\?/],
    [['help', 'quantise'], /unknown command 'quantise'\n\(Did you mean quantize\?\)/],
    [['--jsn'], /unknown option '--jsn'/],
    [['embed', 'model', 'text', '--engin', 'auto'], /Did you mean --engine\?/],
    [['rerank', 'model', '--qurey', 'a question', 'text'], /unknown option '--qurey'\n\(Did you mean --query\?\)/],
    [['index', 'docs', '--oput', 'docs.index'], /unknown option '--oput'\n\(Did you mean --out\?\)/],
    [['jobs', 'plan', 'docs', '--modle', 'model', '--out', 'job'], /Did you mean --model\?/],
    [['rerank', 'model', 'text'], /required option '--query <text>' not specified\n\(add --help/],
    [['inspect'], /missing required argument 'model'/],
    [['inspect', 'a', 'b'], /too many arguments/],
    [['models', 'alias', 'foo'], /too many arguments for 'list'/],
    [['models', 'alias', 'set', 'one'], /missing required argument 'model'/],
    [['jobs', 'pln'], /Did you mean plan\?/],
    [['config', 'foo'], /unknown command 'foo'/],
    [['jobs'], /Usage: octavec jobs/],
    [['embed', 'model', 'text', '--threads', 'two'], /It must be a whole number of at least 1/],
    [['mcp', 'docs.index', '--http', '99999'], /It must be a number from 0 to 65535/],
    [['serve', 'model', '--port', '-1'], /It must be a number from 0 to 65535/],
    [['jobs', 'work', 'job', '--redis', 'redis://q', '--metrics-port', '65536'], /It must be a number from 0 to 65535/],
    [['embed', 'model', 'text', '--engine', 'cuda'], /Allowed choices are onnxruntime, native/],
  ])('%j', async (args, said) => {
    const { status, stdout, stderr } = await cli(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(said);
  });

  test.each([
    [['embd', '--json']],
    [['models', 'alias', 'foo', '--json']],
    [['inspect', '--json']],
    [['--json', 'jobs', 'pln']],
  ])('and is one line of JSON for programs: %j', async (args) => {
    const { status, stdout, stderr } = await cli(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'USAGE', message: expect.stringMatching(/^\w/) } });
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe('help', () => {
  test.each<[string[], string]>([
    [['help'], 'Usage: octavec [options] [command]'],
    [['--help'], 'Usage: octavec [options] [command]'],
    [['help', 'embed'], 'Usage: octavec embed [options] [model] [texts...]'],
    [['embed', '--help'], 'Usage: octavec embed [options] [model] [texts...]'],
    [['help', 'models', 'alias', 'set'], 'Usage: octavec models alias set [options] <name> <model>'],
    [['models', 'help', 'show'], 'Usage: octavec models show [options] <name>'],
  ])('%j', async (args, usage) => {
    const { status, stdout, stderr } = await cli(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toBe(usage);
  });

  test('the list of all has every command, and an example of each that is used alone', async () => {
    const { stdout } = await cli('--help');
    for (const [name, { description }] of Object.entries(commands)) {
      expect(stdout.replace(/\s+/g, ' ')).toContain(`${description.replace(/\s+/g, ' ')}`);
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
  });

  test('examples use flags and subcommands that there are', async () => {
    const all = await allCommands();
    const examples: string[] = [];
    for (const name of Object.keys(commands)) {
      const { stdout } = await cli(name, '--help');
      examples.push(...stdout.split('\n').filter((line) => /^ +(octavec|npx octavec) /.test(line)));
    }
    expect(examples.length).toBeGreaterThan(60);
    for (const example of examples) {
      const [, name, ...words] = example
        .trim()
        .replace(/^.*\| /, '')
        .split(/\s+/);
      const command = all.find((one) => one.name() === name);
      const chain = [command, command?.commands.find((one) => one.name() === words[0])];
      chain.push(chain[1]?.commands.find((one) => one.name() === words[1]));
      const flags = chain.flatMap((one) => one?.options.flatMap(({ long, short }) => [long, short]) ?? []);
      const used = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/=.*/, ''));
      expect([example, used.filter((flag) => !flags.includes(flag))]).toEqual([example, []]);
    }
  });

  test('the version is that of the package', async () => {
    expect(await cli('--version')).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });
});

describe('what cannot be answered or printed any more', () => {
  let said: string;
  const printing = (run: () => number) => {
    said = '';
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += text;
      return true;
    });
    const status = run();
    spy.mockRestore();
    return status;
  };
  const failure = (code: string) => Object.assign(new Error(`${code}: write`), { code });

  test('a reader that wants no more is no failure', () => {
    expect(printing(() => reportLostOutput(failure('EPIPE'), ['embed']))).toBe(0);
    expect(said).toBe('');
  });

  test('a full disk behind the standard output is', () => {
    expect(printing(() => reportLostOutput(failure('ENOSPC'), ['embed']))).toBe(1);
    expect(said).toMatch(
      /^error: Cannot write the output: ENOSPC: write\. What was written is not whole; free some space/,
    );
    expect(printing(() => reportLostOutput(failure('EIO'), ['embed', '--json']))).toBe(1);
    expect(JSON.parse(said).error.code).toBe('OUTPUT_NOT_WRITABLE');
  });

  test('an answer that never came is an error of octavec', () => {
    expect(printing(() => reportLostAnswer(['embed']))).toBe(1);
    expect(said).toMatch(/^error: an error inside octavec, please report it/);
  });
});

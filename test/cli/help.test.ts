import { describe, expect, test } from 'vitest';
import { version } from '../../src/base/index.js';
import { errorOf, octavec } from './octavec.js';

describe('octavec', () => {
  test('says its version', async () => {
    expect(await octavec(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('shows its commands, examples and exit statuses', async () => {
    const { status, stdout } = await octavec(['--help']);
    expect(status).toBe(0);
    for (const expected of ['quantize', 'verify', 'embed', 'inspect', 'Examples:', 'Exit status: 0']) {
      expect(stdout).toContain(expected);
    }
  });

  test.each(['quantize', 'quantize-all', 'verify', 'embed', 'index', 'search', 'mcp', 'inspect', 'bench', 'doctor'])(
    '%s --help shows how to use it',
    async (command) => {
      const { status, stdout, stderr } = await octavec([command, '--help']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`Usage: octavec ${command}.*Examples:\n  octavec ${command}\\b`, 's'));
      // What speaks a protocol prints nothing else.
      expect(stdout.includes('--json')).toBe(command !== 'mcp');
    },
  );

  test.each([
    [[], 'octavec quantize minilm --to int8'],
    [['BAAI/bge-m3'], 'octavec embed BAAI/bge-m3 --variant int8'],
    [['minilm'], 'octavec serve minilm --variant int8'],
    [['.'], 'octavec inspect .'],
  ])('%j alone shows the way', async (args, line) => {
    const { status, stdout, stderr } = await octavec(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(line);
  });

  test.each([
    [['--nosuch'], "unknown option '--nosuch'"],
    [['quantise'], 'Did you mean quantize?'],
    [['inspect'], "missing required argument 'model'"],
    [['quantize', 'm'], 'It is not said what to make. Add --to'],
    [['quantize', 'm', '--to', 'int8,int9'], '"int9" is not a method. Known: fp16,'],
    [
      ['quantize', 'm', '--to', 'int8', '--target-cosine-p1', '0.99999'],
      '--target-cosine-p1 belongs to auto, and int8 is what is to be made',
    ],
    [['quantize-all', '.', '--to', 'int8,q4', '--range', 'mse'], '--range belongs to int8-static, and int8, q4 is'],
    [['quantize-all', '.', '--to', 'int8-static', '--no-calibration'], 'cannot be made without calibration texts'],
    [['quantize', 'm', '--to', 'int8', '--limit', 'ndcgLoss=0.1'], '"ndcgLoss" is found in tasks'],
    [['verify', 'm'], 'There is nothing to compare with. Name the original with --against'],
    [['verify', 'm', '--against', 'n', '--gate', 'lax'], '"lax" is not a gate. Known:'],
    [['embed', 'm', 'text', '--threads', '0'], 'a whole number of at least 1'],
    [['embed', 'hello'], 'There are no texts: "hello", which comes first, was taken for the model. Give the model'],
    [['embed', 'hello world'], "With the embedded model: octavec embed minilm 'hello world'"],
    [['embed', 'm', 'text', '--out', 'x.csv'], 'x.csv is neither .jsonl nor .npy'],
  ])('%j is wrong usage: status 2', async (args, message) => {
    const { status, stdout, stderr } = await octavec(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('tells wrong usage as JSON where JSON is asked for', async () => {
    const outcome = await octavec(['quantize', 'm', '--to', 'int9', '--json']);
    expect(outcome.status).toBe(2);
    expect(errorOf(outcome)).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('"int9" is not a method'),
    });
  });
});

import { describe, expect, test } from 'vitest';
import { environmentConfiguration, environmentVariables } from './environment.js';

describe('environment variables', () => {
  test.each([
    [{}, {}],
    [{ PATH: '/bin', OCTAVEC_OTHER: 'x' }, {}],
    [{ OCTAVEC_THREADS: '' }, {}],
    [{ OCTAVEC_THREADS: '4' }, { threads: 4 }],
    [{ OCTAVEC_THREADS: ' 4 ' }, { threads: 4 }],
    [{ OCTAVEC_TO: 'int8, fp16' }, { to: ['int8', 'fp16'] }],
    [{ OCTAVEC_TASKS: 'sts' }, { tasks: ['sts'] }],
    [{ OCTAVEC_CACHE: '/a=b' }, { cache: '/a=b' }],
    [{ OCTAVEC_LIMITS: 'cosineP1=0.98, speedUp = 1.5' }, { limits: { cosineP1: 0.98, speedUp: 1.5 } }],
    [{ OCTAVEC_LIMITS: 'cosineP1=1e-3' }, { limits: { cosineP1: 0.001 } }],
    [
      { OCTAVEC_GATE: 'int8', OCTAVEC_TEXTS: 'a.txt' },
      { gate: 'int8', texts: 'a.txt' },
    ],
  ])('%j', async (environment, expected) => {
    expect(await environmentConfiguration(environment)).toEqual(expected);
  });

  test.each([
    [{ OCTAVEC_THREADS: 'four' }, 'OCTAVEC_THREADS'],
    [{ OCTAVEC_THREADS: ' ' }, 'OCTAVEC_THREADS'],
    [{ OCTAVEC_THREADS: '0' }, 'OCTAVEC_THREADS'],
    [{ OCTAVEC_THREADS: '2.5' }, 'OCTAVEC_THREADS'],
    [{ OCTAVEC_ENGINE: 'warp' }, 'OCTAVEC_ENGINE'],
    [{ OCTAVEC_TO: 'int8,' }, 'OCTAVEC_TO'],
    [{ OCTAVEC_LIMITS: 'cosineP1' }, 'OCTAVEC_LIMITS'],
    [{ OCTAVEC_LIMITS: 'cosineP1=0.9=1' }, 'OCTAVEC_LIMITS'],
    [{ OCTAVEC_LIMITS: 'nobody=1' }, 'OCTAVEC_LIMITS'],
  ])('%j is refused by the name of the variable', async (environment, name) => {
    await expect(environmentConfiguration(environment)).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      details: { source: `The environment variable ${name}` },
    });
  });

  test('each stands for one key, no two for the same', () => {
    const keys = Object.values(environmentVariables);
    expect(new Set(keys).size).toBe(keys.length);
    expect(environmentVariables).toMatchObject({ OCTAVEC_TO: 'to', OCTAVEC_LIMITS: 'limits' });
  });
});

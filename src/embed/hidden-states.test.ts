import { expect, test } from 'vitest';
import type { LoadedModel } from './encode-texts.js';
import { hiddenStates } from './hidden-states.js';

test('texts in windows have no hidden states of their own', async () => {
  await expect(hiddenStates({} as LoadedModel, ['a'], { overLong: 'chunk' })).rejects.toMatchObject({ code: 'USAGE' });
});

import { expect, test } from 'vitest';
import { configuredHub } from './configured-hub.js';

const noToken = { HF_TOKEN_PATH: '/nowhere' };

test.each([
  [
    'the configuration counts',
    {},
    { endpoint: 'https://mirror.example', cache: '/c' },
    { endpoint: 'https://mirror.example', cache: '/c' },
  ],
  [
    'HF_ENDPOINT counts more',
    { HF_ENDPOINT: 'https://hub.example' },
    { endpoint: 'https://mirror.example' },
    { endpoint: 'https://hub.example' },
  ],
  [
    'an empty variable counts nothing',
    { HF_ENDPOINT: '', HF_HUB_CACHE: '' },
    { endpoint: 'https://m.example', cache: '/c' },
    { endpoint: 'https://m.example', cache: '/c' },
  ],
  ['HF_HUB_CACHE counts more', { HF_HUB_CACHE: '/v' }, { cache: '/c' }, { cache: '/v' }],
  ['HF_HOME counts more', { HF_HOME: '/h' }, { cache: '/c' }, { cache: '/h/hub' }],
  ['offline in the configuration', {}, { offline: true }, { offline: true }],
  ['HF_HUB_OFFLINE counts more', { HF_HUB_OFFLINE: '0' }, { offline: true }, { offline: false }],
  ['nothing configured', {}, undefined, { endpoint: 'https://huggingface.co', offline: false }],
])('%s', async (_, variables, hub, expected) => {
  expect(await configuredHub({ hub }, {}, { ...noToken, ...variables })).toMatchObject(expected);
});

test('whoever asks for offline gets it, and nobody is put online by false', async () => {
  expect(await configuredHub({}, { offline: true }, { ...noToken, HF_HUB_OFFLINE: '0' })).toMatchObject({
    offline: true,
  });
  expect(await configuredHub({ hub: { offline: true } }, { offline: false }, noToken)).toMatchObject({ offline: true });
});

test('an endpoint that is no address is refused', async () => {
  await expect(configuredHub({ hub: { endpoint: 'mirror' } }, {}, noToken)).rejects.toMatchObject({ code: 'USAGE' });
});

import { expect, test } from 'vitest';
import { Problem } from '../http/index.js';
import { protocols } from './protocols.js';

test.each([
  ['/api/embed', { error: 'why' }],
  ['/v2/embed', { message: 'why' }],
  ['/v1/rerank', { message: 'why' }],
  ['/v1/embeddings', { error: { message: 'why', type: 'invalid_request_error', param: 'input', code: null } }],
  ['/embed', { error: 'why', error_type: 'Validation' }],
])('a problem on %s has the form of its API', (path, body) => {
  const protocol = protocols.find(({ owns }) => owns(path));
  expect(protocol?.body(new Problem('invalid', 'why', 'input'))).toMatchObject(body);
});

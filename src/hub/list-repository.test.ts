import { describe, expect, test } from 'vitest';
import { listing, tree } from './answers.js';
import type { HubSettings } from './hub-settings.js';
import { parsedAnswer } from './list-repository.js';

const commit = 'a'.repeat(40);
const settings = { endpoint: 'https://hub.example' } as HubSettings;
const answer = (body: unknown) => new Response(typeof body === 'string' ? body : JSON.stringify(body));

describe('an answer of the hub', () => {
  test('is read as JSON, and what is not needed is left out', async () => {
    const body = { sha: commit, siblings: [{ rfilename: 'a.onnx', size: 3 }], private: false };
    expect(await parsedAnswer(answer(body), 'listing', settings, 'the model a')).toEqual({
      sha: commit,
      siblings: [{ rfilename: 'a.onnx' }],
    });
  });

  test.each([
    ['<html>'],
    [''],
    ['null'],
    [{ sha: 'main', siblings: [] }],
    [{ sha: commit.toUpperCase(), siblings: [] }],
    [{ sha: commit }],
    [{ sha: commit, siblings: [{}] }],
    [{ sha: commit, siblings: {} }],
  ])('that is something else is refused: %j', async (body) => {
    await expect(parsedAnswer(answer(body), 'listing', settings, 'the model a')).rejects.toMatchObject({
      code: 'HUB_UNREACHABLE',
      details: { endpoint: 'https://hub.example', what: 'the model a' },
    });
  });

  test('that has no body is refused', async () => {
    await expect(parsedAnswer(new Response(null), 'tree', settings, 'x')).rejects.toMatchObject({
      code: 'HUB_UNREACHABLE',
    });
  });

  test('may have a character that is cut between pieces', async () => {
    const bytes = Buffer.from(JSON.stringify({ sha: commit, siblings: [{ rfilename: 'é' }] }));
    const cut = bytes.indexOf(0xc3) + 1;
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.subarray(0, cut));
        controller.enqueue(bytes.subarray(cut));
        controller.close();
      },
    });
    const { siblings } = await parsedAnswer(new Response(stream), 'listing', settings, 'x');
    expect(siblings).toEqual([{ rfilename: 'é' }]);
  });
});

test.each([
  [[], true],
  [[{ type: 'file', path: 'a', oid: 'x', size: 0 }], true],
  [[{ type: 'file', path: 'a', oid: 'x', size: 3, lfs: { oid: 'y' } }], true],
  [[{ type: 'file', path: 'a', oid: 'x', size: 3, lfs: null }], true],
  [[{ type: 'file', path: 'a', oid: 'x', size: -1 }], false],
  [[{ type: 'file', path: 'a', oid: 'x', size: 1.5 }], false],
  [[{ type: 'file', path: 'a', size: 1 }], false],
  [{}, false],
])('a page of files is sound (%#): %s', (page, isSound) => {
  expect(tree.safeParse(page).success).toBe(isSound);
});

test('a listing is of a commit', () => {
  expect(listing.safeParse({ sha: commit, siblings: [] }).success).toBe(true);
  expect(listing.safeParse({ sha: `${commit}\n`, siblings: [] }).success).toBe(false);
});

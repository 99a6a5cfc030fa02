import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cpuClock } from '../../test/support/cpu-time.js';
import { bytesField, concat, messageField, modelFrame, modelWith, varintField } from '../../test/support/protobuf.js';
import { OctavecError } from '../base/index.js';
import { parseModel, readModel } from './read-model.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-read-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test('a model is read with its path', async () => {
  const path = file('model.onnx', modelWith());
  const model = await readModel(path);
  expect(model.path).toBe(path);
  expect(model.proto.graph.output[0].name).toBe('x');
});

describe('what cannot be opened', () => {
  test.each([
    ['no such file', 'missing.onnx'],
    ['a file in the place of a folder', 'model.onnx/inside.onnx'],
  ])('%s is FILE_NOT_FOUND', async (_, name) => {
    file('model.onnx', modelWith());
    await expect(readModel(join(folder, name))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining(name),
    });
  });

  test('a folder says that it is one', async () => {
    await expect(readModel(folder)).rejects.toMatchObject({
      code: 'FILE_NOT_READABLE',
      message: expect.stringMatching(/it is a folder/),
    });
  });

  test('pipes and devices are refused at once', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readModel(pipe)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
    await expect(readModel('/dev/zero')).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
  });

  test.skipIf(process.getuid?.() === 0)('a file without permission', async () => {
    const path = file('secret.onnx', modelWith());
    chmodSync(path, 0);
    await expect(readModel(path)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
  });

  test('an aborted signal', async () => {
    const path = file('model.onnx', modelWith());
    await expect(readModel(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('what is not ONNX is NOT_ONNX and says what it is', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['an empty file', '', /the file is empty/],
    ['a web page', '<!DOCTYPE html><html lang="en">', /begins with "<!DOCTYPE html>/],
    ['JSON', '{"error": "Repository not found"}', /begins with "{"error"/],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a',
      /Git LFS pointer.*git lfs pull/,
    ],
    ['a zip archive', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0), /begins with bytes 504b0304/],
    ['GGUF', 'GGUF\u0003\0\0\0', /begins with bytes 47475546/],
    ['nothing but zeros', new Uint8Array(1000), /begins with bytes 00000000/],
    ['a model without a graph', modelFrame, /holds no graph/],
    ['a model without an operator set', concat(varintField(1, 8), messageField(7)), /names no operator set/],
  ])('%s', async (name, content, why) => {
    await expect(readModel(file(name, content))).rejects.toMatchObject({
      code: 'NOT_ONNX',
      message: expect.stringMatching(why),
    });
  });

  test('a file of 3 GB, which is not even read', async () => {
    const path = file('huge.onnx', modelWith());
    truncateSync(path, 3e9);
    await expect(readModel(path)).rejects.toMatchObject({
      code: 'NOT_ONNX',
      message: expect.stringMatching(/external data/),
    });
    truncateSync(path, 0);
  });

  test('a video of 1.9 GB, which is not read to its end', async () => {
    const path = file('video.onnx', '\0\0\0\u0018ftypmp42');
    truncateSync(path, 1.9e9);
    const cpuMs = cpuClock();
    await expect(readModel(path)).rejects.toMatchObject({ code: 'NOT_ONNX' });
    expect(cpuMs()).toBeLessThan(1000);
    truncateSync(path, 0);
  });
});

test('a model cut off at any byte is an error of the table, or a model that lacks its last fields', () => {
  const node = messageField(1, bytesField(1, 'x'), bytesField(2, 'y'), bytesField(4, 'Relu'));
  const whole = concat(
    modelFrame,
    messageField(7, node, messageField(11, bytesField(1, 'x')), messageField(12, bytesField(1, 'y'))),
    messageField(14, bytesField(1, 'key'), bytesField(2, 'value')),
  );
  const metadataStart = whole.length - messageField(14, bytesField(1, 'key'), bytesField(2, 'value')).length;
  for (let length = 0; length < whole.length; length++) {
    if (length === metadataStart) {
      expect(parseModel(whole.subarray(0, length), 'cut.onnx').proto.metadataProps).toEqual([]);
      continue;
    }
    let caught: unknown;
    try {
      parseModel(whole.subarray(0, length), 'cut.onnx');
    } catch (error) {
      caught = error;
    }
    expect(caught, `cut at ${length}`).toBeInstanceOf(OctavecError);
    expect(['NOT_ONNX', 'ONNX_CORRUPT']).toContain((caught as OctavecError).code);
  }
});

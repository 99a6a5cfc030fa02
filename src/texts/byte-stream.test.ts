import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstLine, openBytes, sizeOf } from './byte-stream.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-bytes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function whole(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) {
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a file', () => {
  test('is read as it is, and its bytes are counted', async () => {
    const stream = openBytes(written('a.txt', 'hällo\n'));
    expect(await whole(stream.bytes)).toBe('hällo\n');
    expect(stream.readSoFar()).toBe(7);
  });

  test('that ends in .gz is unpacked; what is counted are the bytes of the file', async () => {
    const packed = gzipSync('a'.repeat(10_000));
    const stream = openBytes(written('a.txt.gz', packed));
    expect(await whole(stream.bytes)).toBe('a'.repeat(10_000));
    expect(stream.readSoFar()).toBe(packed.length);
  });

  test('of several gzip members is read to the end', async () => {
    const path = written('two.gz', Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]));
    expect(await whole(openBytes(path).bytes)).toBe('a\nb\n');
  });

  test('that is no gzip, or ends early, is an error', async () => {
    await expect(whole(openBytes(written('no.gz', 'text')).bytes)).rejects.toMatchObject({ code: 'Z_DATA_ERROR' });
    const half = gzipSync('a'.repeat(1000)).subarray(0, 15);
    await expect(whole(openBytes(written('half.gz', half)).bytes)).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
  });

  test('that is not there is an error where it is read', async () => {
    await expect(whole(openBytes(join(folder, 'none')).bytes)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(whole(openBytes(join(folder, 'none.gz')).bytes)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('a file has a size, a folder is refused', async () => {
  expect(await sizeOf(written('b', 'abc'))).toBe(3);
  expect(await sizeOf(written('empty', ''))).toBe(0);
  expect(await sizeOf('/dev/null')).toBeUndefined();
  await expect(sizeOf(folder)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
});

describe('the first line that is not empty', () => {
  test.each([
    [[], ''],
    [['abc'], 'abc'],
    [['abc\ndef'], 'abc'],
    [['\n\n  abc\n'], 'abc'],
    [['a', 'b', 'c\n', 'd'], 'abc'],
    [['\uFEFF', '{}\n'], '{}'],
    [['\n \n'], ''],
    [['[1, ', '2]\n'], '[1, '],
  ])('%j', async (pieces, expected) => {
    const source = async function* () {
      yield* pieces.map((piece) => Buffer.from(piece));
    };
    const { line, bytes } = await firstLine(source());
    expect(line).toBe(expected);
    expect(await whole(bytes)).toBe(pieces.join(''));
  });

  test('may have a character that is cut between pieces', async () => {
    const bytes = Buffer.from('é\n');
    const source = async function* () {
      yield bytes.subarray(0, 1);
      yield bytes.subarray(1);
    };
    expect((await firstLine(source())).line).toBe('é');
  });
});

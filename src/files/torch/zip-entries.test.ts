import { mkdtempSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { zipEntries } from './zip-entries.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-zip-'));
let files = 0;

interface Written {
  readonly name: string;
  readonly data: string;
  /** Bytes in front of the data that only the local header knows of: how PyTorch aligns. */
  readonly padding?: number;
  readonly method?: number;
  readonly flags?: number;
  /** Says its sizes in fields of 64 bits. */
  readonly wide?: boolean;
}

/** An archive by APPNOTE.TXT, field by field. */
function archive(entries: readonly Written[], { wideEnd = false, comment = '' } = {}): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const { name, data, padding = 0, method = 0, flags = 0, wide = false } of entries) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(padding, 28);
    const extra = wide ? Buffer.alloc(28) : Buffer.alloc(0);
    if (wide) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      [data.length, data.length, position].forEach((value, i) => {
        extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
      });
    }
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(wide ? 0xffffffff : data.length, 20);
    central.writeUInt32LE(wide ? 0xffffffff : data.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(extra.length, 30);
    central.writeUInt32LE(wide ? 0xffffffff : position, 42);
    directory.push(central, Buffer.from(name), extra);
    locals.push(local, Buffer.from(name), Buffer.alloc(padding), Buffer.from(data));
    position += 30 + name.length + padding + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(wideEnd ? 0xffff : entries.length, 10);
  end.writeUInt32LE(wideEnd ? 0xffffffff : listed.length, 12);
  end.writeUInt32LE(wideEnd ? 0xffffffff : position, 16);
  end.writeUInt16LE(comment.length, 20);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  [entries.length, listed.length, position].forEach((value, i) => {
    end64.writeBigUInt64LE(BigInt(value), 32 + 8 * i);
  });
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(position + listed.length), 8);
  return Buffer.concat([...locals, listed, ...(wideEnd ? [end64, locator] : []), end, Buffer.from(comment)]);
}

/** What the entries of an archive hold, read where they are said to lie. */
async function contentsOf(bytes: Buffer): Promise<Record<string, string>> {
  const path = join(folder, `${files++}.zip`);
  writeFileSync(path, bytes);
  await using file = await open(path);
  const entries = await zipEntries(file, path);
  return Object.fromEntries(
    [...entries].map(([name, { offset, bytes: size }]) => [name, bytes.toString('utf8', offset, offset + size)]),
  );
}

const two = [
  { name: 'm/data.pkl', data: 'pickle' },
  { name: 'm/data/0', data: 'numbers', padding: 47 },
];

test('finds the data of each entry, behind the header of its own', async () => {
  const contents = { 'm/data.pkl': 'pickle', 'm/data/0': 'numbers' };
  expect(await contentsOf(archive(two))).toEqual(contents);
  expect(await contentsOf(archive(two, { comment: 'made by hand' }))).toEqual(contents);
  expect(await contentsOf(archive([]))).toEqual({});
});

test('sizes and places may be numbers of 64 bits, of entries and of the directory', async () => {
  const wide = two.map((entry) => ({ ...entry, wide: true }));
  const contents = { 'm/data.pkl': 'pickle', 'm/data/0': 'numbers' };
  expect(await contentsOf(archive(wide))).toEqual(contents);
  expect(await contentsOf(archive(wide, { wideEnd: true }))).toEqual(contents);
});

test.each<[string, Buffer, RegExp]>([
  ['compressed', archive([{ ...two[0], method: 8 }]), /compressed or encrypted/],
  ['encrypted', archive([{ ...two[0], flags: 1 }]), /compressed or encrypted/],
  ['two of one name', archive([two[0], two[0]]), /two files "m\/data\.pkl"/],
  ['cut off', archive(two).subarray(0, -30), /cut off/],
  ['not an archive', Buffer.from('hello'), /cut off/],
  ['without its beginning', archive(two).subarray(40), /claims|no header|damaged|outside/],
])('an archive that is %s is refused', async (_, bytes, why) => {
  await expect(contentsOf(bytes)).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
  await expect(contentsOf(bytes)).rejects.toThrow(why);
});

test('any changed byte gives the same entries, others, or an error, and nothing else', async () => {
  const whole = archive(two, { wideEnd: true });
  for (let at = 0; at < whole.length; at += 3) {
    const changed = Buffer.from(whole);
    changed[at] ^= 0xff;
    const found = await contentsOf(changed).catch((error: { code?: string }) => error.code);
    expect(typeof found === 'object' || found === 'WEIGHTS_INVALID' || found === 'SAFETENSORS_INVALID').toBe(true);
  }
});

import { describe, expect, test } from 'vitest';
import { decodeHtml, decodeText } from './decode-text.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('a text', () => {
  test.each([
    ['', ''],
    ['47 72 c3 b6 c3 9f 65', 'Größe'],
    ['ef bb bf 61', 'a'],
    ['f0 9f 98 80', '😀'],
    ['ff fe 61 00 e4 00', 'aä'],
    ['fe ff 00 61 00 e4', 'aä'],
    ['ff fe 3d d8 00 de', '😀'],
    ['ff fe', ''],
  ])('%s is %j', (hex, text) => {
    expect(decodeText(bytes(hex))).toBe(text);
  });

  test.each([
    ['47 f6', 'it is not UTF-8'],
    ['c3', 'it is not UTF-8'],
    ['ed a0 80', 'it is not UTF-8'],
    ['61 00 62', 'it is not text (it holds zero bytes)'],
    ['ff fe 61', 'it is not UTF-16LE'],
    ['ff fe 00 d8 61 00', 'it is not UTF-16LE'],
  ])('%s is refused: %s', (hex, why) => {
    expect(() => decodeText(bytes(hex))).toThrow(why);
  });
});

describe('a page', () => {
  const page = (meta: string, text: Buffer) => Buffer.concat([Buffer.from(`<html><head>${meta}</head>`), text]);
  const latin = bytes('47 72 f6 df 65');

  test.each([
    ['<meta charset="iso-8859-1">'],
    ["<META CHARSET='latin1' />"],
    ['<meta charset=windows-1252>'],
    ['<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-15">'],
    ['<title>x</title>\n<meta name="a" content="b"><meta charset = "latin1">'],
  ])('is read as it declares: %s', (meta) => {
    expect(decodeHtml(page(meta, latin))).toContain('Größe');
  });

  test('is UTF-8 where it declares nothing, or UTF-16 in plain ASCII', () => {
    const text = Buffer.from('Größe');
    expect(decodeHtml(page('', text))).toContain('Größe');
    expect(decodeHtml(page('<meta charset="utf-16">', text))).toContain('Größe');
    expect(() => decodeHtml(page('', latin))).toThrow('it is not UTF-8');
  });

  test('is what its byte order mark says before what it declares', () => {
    const text = '<meta charset="latin1">ä';
    expect(decodeHtml(Buffer.concat([bytes('fffe'), Buffer.from(text, 'utf16le')]))).toBe(text);
  });

  test('of an encoding that nobody knows says so', () => {
    expect(() => decodeHtml(page('<meta charset="klingon">', latin))).toThrow('its encoding "klingon" is not known');
  });

  test('declares near its beginning or not at all', () => {
    const late = page('', Buffer.concat([Buffer.alloc(3000, 'x'), Buffer.from('<meta charset="latin1">'), latin]));
    expect(() => decodeHtml(late)).toThrow('it is not UTF-8');
  });
});

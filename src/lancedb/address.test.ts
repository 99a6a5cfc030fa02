import { expect, test } from 'vitest';
import { isLanceAddress, lancePlace } from './address.js';

test.each([
  ['lancedb:./docs.lance', { uri: './docs.lance', folder: './docs.lance', shown: 'lancedb:./docs.lance' }],
  ['lancedb:file:///tmp/docs', { uri: '/tmp/docs', folder: '/tmp/docs', shown: 'lancedb:/tmp/docs' }],
  ['lancedb:s3://bucket/docs', { uri: 's3://bucket/docs', shown: 'lancedb:s3://bucket/docs' }],
])('%s', (address, place) => {
  expect(isLanceAddress(address)).toBe(true);
  expect(lancePlace(address)).toEqual(place);
});

test.each(['docs.lance', './lancedb', 's3://bucket/docs'])('%s is none', (text) => {
  expect(isLanceAddress(text)).toBe(false);
});

test.each(['lancedb:', 'lancedb:db://cloud', 'lancedb:s3://key:secret@bucket/docs', 'lancedb:s3://b/d?key=secret'])(
  '%s is refused, and not repeated',
  (address) => {
    expect(() => lancePlace(address)).toThrow(/^(?!.*secret)/);
    expect(() => lancePlace(address)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  },
);

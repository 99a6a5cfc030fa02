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

test.each([
  'lancedb:file://server/docs',
  'lancedb:file:///docs%2Flance',
  'lancedb:s3://',
  'lancedb:s3:///docs',
  'lancedb:https://example.org/docs',
  'lancedb:s3://[/docs',
])('%s is wrong usage', (address) => {
  expect(() => lancePlace(address)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test.each([
  ['LanceDB:docs', { uri: 'docs', folder: 'docs', shown: 'lancedb:docs' }],
  ['lancedb:C:\\docs', { uri: 'C:\\docs', folder: 'C:\\docs', shown: 'lancedb:C:\\docs' }],
  ['lancedb:lancedb:docs', { uri: 'lancedb:docs', folder: 'lancedb:docs', shown: 'lancedb:lancedb:docs' }],
  ['lancedb:file:///my%20docs', { uri: '/my docs', folder: '/my docs', shown: 'lancedb:/my docs' }],
  ['lancedb:GS://bucket', { uri: 'GS://bucket', shown: 'lancedb:GS://bucket' }],
  ['lancedb:a?b=c', { uri: 'a?b=c', folder: 'a?b=c', shown: 'lancedb:a?b=c' }],
])('%s is taken as it is written', (address, place) => {
  expect(lancePlace(address)).toEqual(place);
});

import { expect, test } from 'vitest';
import type { PushedFile, PushOutcome } from '../device/index.js';
import { formatPush } from './push-text.js';

const file = (name: string, more: Partial<PushedFile> = {}): PushedFile => ({
  ...{ name, bytes: 1500, state: 'sent', repeated: 0 },
  ...more,
});
const outcome = (devices: readonly unknown[]): PushOutcome =>
  ({ folder: '/sdcard/m', files: ['a.onnx', 'b.json'], devices }) as unknown as PushOutcome;

test('without a device it is said what the folder would hold', () => {
  expect(formatPush(outcome([]))).toBe('/sdcard/m, would hold:\n  a.onnx\n  b.json\n');
});

test('each device has its files: what was sent, how often, and what was there', () => {
  const files = [file('a.onnx', { repeated: 1 }), file('b.json', { repeated: 2 }), file('c', { state: 'same' })];
  const text = formatPush(
    outcome([
      { serial: 'A1', files },
      { serial: 'B2', files: [] },
    ]),
  );
  expect(text.split('\n')).toEqual([
    'A1: /sdcard/m',
    expect.stringMatching(/^ {2}a\.onnx {2}1\.50? [kK]B {2}sent, hash compared on the device, sent again 1 time$/),
    expect.stringMatching(/sent again 2 times$/),
    expect.stringMatching(/^ {2}c .*the same already$/),
    'B2: /sdcard/m',
    '',
  ]);
});

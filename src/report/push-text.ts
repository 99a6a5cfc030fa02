import { counted, formatBytes } from '../base/index.js';
import type { PushedFile, PushOutcome } from '../device/index.js';

/** Formats what was pushed to devices, or would be. */
export function formatPush({ folder, files, devices }: PushOutcome): string {
  if (devices.length === 0) {
    return `${folder}, would hold:\n${files.map((name) => `  ${name}\n`).join('')}`;
  }
  const lines = devices.flatMap(({ serial, files: pushed }) => [`${serial}: ${folder}`, ...pushed.map(lineOf)]);
  return `${lines.join('\n')}\n`;
}

function lineOf({ name, bytes, state, repeated }: PushedFile): string {
  const again = repeated > 0 ? `, sent again ${counted(repeated, 'time')}` : '';
  return `  ${name}  ${formatBytes(bytes)}  ${state === 'sent' ? 'sent, hash compared on the device' : 'the same already'}${again}`;
}

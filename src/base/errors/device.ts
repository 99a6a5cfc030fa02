import { entry } from './error-entry.js';

/** What goes wrong with Android devices: a part of the table of errors. */
export const deviceErrors = {
  DEVICE_UNAVAILABLE: entry<{ why: string; hint: string }>(
    1,
    503,
    (d) => `The device cannot be used: ${d.why}. ${d.hint}`,
  ),
  DEVICE_FAILED: entry<{ serial: string; what: string; why: string; hint: string }>(
    1,
    502,
    (d) => `${d.serial} refused ${d.what}: ${d.why}. ${d.hint} Nothing was left under its final name.`,
  ),
  DEVICE_DIFFERS: entry<{ serial: string; folder: string; files: readonly string[] }>(
    1,
    409,
    (d) =>
      `What is in ${d.folder} of ${d.serial} is not what is here: ${d.files.join(', ')}. The same command without \`verify\` sends it.`,
  ),
} as const;

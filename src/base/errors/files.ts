import { entry } from './error-entry.js';

/** Errors of calls, packages, and files that are read and written. */
export const filesErrors = {
  USAGE: entry<{ problem: string; hint?: string }>(2, 400, (d) => `${d.problem}.${d.hint ? ` ${d.hint}` : ''}`),
  PACKAGE_MISSING: entry<{ name: string; what: string }>(
    1,
    501,
    (d) => `${d.what} needs the package ${d.name}, which is not installed. Run "npm install ${d.name}".`,
  ),
  FILE_NOT_FOUND: entry<{ path: string; what: string; hint?: string }>(
    1,
    404,
    (d) => `${d.what} not found: ${d.path}. ${d.hint ?? 'Check the path.'}`,
  ),
  FILE_NOT_READABLE: entry<{ path: string; why: string }>(
    1,
    500,
    (d) => `Cannot read ${d.path}: ${d.why}. Check the file and its permissions.`,
  ),
  OUTPUT_NOT_WRITABLE: entry<{ path: string; why: string; hint?: string }>(
    1,
    500,
    (d) =>
      `Cannot write ${d.path}: ${d.why}. Nothing was left behind. ${d.hint ?? 'Choose a folder that you may write to.'}`,
  ),
  DISK_FULL: entry<{ path: string; kept?: string }>(1, 507, (d) =>
    d.kept === undefined
      ? `The disk is full: ${d.path} could not be written. Nothing was left behind; free some space or choose another folder.`
      : `The disk is full: ${d.path} could not be finished. ${d.kept} are kept; free some space, and the same command goes on from there.`,
  ),
  DISK_TOO_SMALL: entry<{ path: string; needed: string; free: string }>(
    1,
    507,
    (d) =>
      `There is no room in ${d.path}: ${d.needed} are to be written, and ${d.free} are free. Free some space, or choose another folder.`,
  ),
  OUTPUT_BUSY: entry<{ path: string; owner: string }>(
    1,
    409,
    (d) => `${d.path} is being written already, by ${d.owner}. Wait for it, end it, or choose another output.`,
  ),
  RESUME_MISMATCH: entry<{ path: string; why: string }>(
    2,
    409,
    (d) =>
      `${d.path} was begun in another way and is not complete: ${d.why}. Start it as before to go on, or anew with \`restart\`.`,
  ),
  OUTPUT_TOO_LARGE: entry<{ path: string; bytes: number }>(
    1,
    400,
    (d) =>
      `${d.path} would take ${d.bytes} bytes, and an ONNX file cannot be larger than 2 GB. Let the weights go to an external data file.`,
  ),
  OUTPUT_IS_SOURCE: entry<{ path: string }>(
    2,
    400,
    (d) => `The output ${d.path} is the original itself, and octavec never changes a source. Give another output.`,
  ),
} as const;

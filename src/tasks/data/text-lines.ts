import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OctavecError, reasonOf } from '../../base/index.js';
import { splitLines } from '../../files/index.js';

/**
 * The lines of a file of UTF-8, decompressed where its name ends in .gz.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID
 */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const source = createReadStream(path);
  // Errors of the source reach whoever reads what comes out.
  const stream: Readable = pipeline(
    source,
    extname(path) === '.gz' ? createGunzip() : new PassThrough(),
    () => undefined,
  );
  try {
    for await (const lines of splitLines(stream, { strict: true })) {
      yield* lines;
    }
  } catch (error) {
    throw readError(path, error);
  } finally {
    source.destroy();
    stream.destroy();
  }
}

function readError(path: string, error: unknown): OctavecError {
  if (error instanceof OctavecError) {
    return error;
  }
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code.startsWith('Z_')) {
    return new OctavecError('DATA_INVALID', { path, why: `it cannot be decompressed: ${reasonOf(error)}` }, error);
  }
  if (error instanceof RangeError) {
    return new OctavecError('DATA_INVALID', { path, why: error.message }, error);
  }
  return code === 'ENOENT'
    ? new OctavecError('FILE_NOT_FOUND', { path, what: 'The evaluation data' }, error)
    : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
}

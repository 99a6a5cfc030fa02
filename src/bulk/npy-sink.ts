import { bytesOf } from '../base/index.js';
import { npyHeader, npyHeaderBytes, npyTypes } from '../embed/index.js';
import { growingBytes } from './growing-bytes.js';
import { type SinkTarget, type VectorSink, writeAt } from './vector-sink.js';

/** Makes a sink that writes a NumPy matrix in the order of the texts. The number of rows is written at the end. */
export function npySink({ file, type, width, state }: SinkTarget): VectorSink {
  const number = npyTypes[type === 'base64' ? 'float32' : type];
  const bytes = growingBytes(file, state?.bytes ?? npyHeaderBytes);
  return {
    append: (_records, { data }) => bytes.push(bytesOf(data)),
    get due() {
      return bytes.due;
    },
    flush: bytes.flush,
    finish: async () => {
      const { bytes: length } = await bytes.flush();
      const rows = (length - npyHeaderBytes) / (number.bytes * width);
      await writeAt(file, npyHeader(number.name, rows, width), 0);
      return length;
    },
  };
}

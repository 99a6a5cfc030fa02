import { env } from 'onnxruntime-node';
import { OctavecError } from '../../base/index.js';
import type { Head } from '../../model/index.js';
import { deadMemoryCollector } from '../../threads/index.js';
import { applyHead, headWidth } from '../apply-head.js';
import { plainError } from '../plain-error.js';
import type { HiddenRows } from '../pooling.js';
import { bindEncoder, type Encoder, probeVocabulary, runEncoder } from './encoder.js';
import type { BatchMessage } from './protocol.js';
import { createSession } from './session.js';
import { openPort } from './worker-port.js';

/** A thread or process that holds one session. The pool sends one batch at a time. */

const port = await openPort();
const { onnxPath, padTokenId, head } = port.settings;

try {
  const { session, encoder, vocabulary } = await port.guard.run(async () => {
    const session = await createSession(port.settings);
    const encoder = await bindEncoder(session, onnxPath, padTokenId);
    return { session, encoder, vocabulary: await probeVocabulary(encoder) };
  });
  const hiddenWidth = encoder.hidden?.width;
  // Vectors that the model pooled itself have passed its own dense layers, too.
  const width = encoder.pooled?.width ?? headWidth(head, hiddenWidth as number);
  const collect = deadMemoryCollector();
  port.onMessage((message) => {
    if (message.kind === 'close') {
      session.release().finally(() => port.close());
      return;
    }
    port.guard
      .run(() => runBatch(encoder, head, message))
      .then(
        ({ data, outputBytes }) => {
          port.post({ kind: 'result', data, cpuMs: port.cpuMs() }, [data.buffer as ArrayBuffer]);
          collect(outputBytes);
        },
        (error: unknown) => port.post({ kind: 'failed', error: plainError(error, onnxPath) }),
      );
  });
  port.post({ kind: 'ready', version: env.versions.node ?? env.versions.common, width, hiddenWidth, vocabulary });
} catch (error) {
  port.post({ kind: 'failed', error: plainError(error, onnxPath) });
  port.close();
}

interface BatchResult {
  readonly data: Float32Array;
  /** What the run time gave, in bytes. */
  readonly outputBytes: number;
}

async function runBatch(encoder: Encoder, head: Head, batch: BatchMessage): Promise<BatchResult> {
  const { offsets, wanted, unpooled } = batch;
  const lengths = Array.from(offsets.subarray(1), (end, text) => end - offsets[text]);
  const longest = Math.max(...lengths);
  const usesPooled = wanted === 'vectors' && encoder.pooled !== undefined;
  if (usesPooled) {
    const { name, width } = encoder.pooled;
    const vectors = await runEncoder(encoder, batch, longest, name);
    const rows = rowsOf(
      vectors,
      width,
      1,
      lengths.map(() => 1),
    );
    const data = applyHead({ ...head, pooling: ['cls'], dense: [] }, rows, unpooled);
    return { data, outputBytes: vectors.byteLength };
  }
  if (encoder.hidden === undefined) {
    throw new OctavecError('MODEL_OUTPUT', { path: encoder.path, why: 'it gives pooled vectors only' });
  }
  const { name, width } = encoder.hidden;
  const hidden = await runEncoder(encoder, batch, longest, name);
  const texts = rowsOf(hidden, width, longest, lengths);
  const data = wanted === 'vectors' ? applyHead(head, texts, unpooled) : withoutPadding(texts, offsets);
  return { data, outputBytes: hidden.byteLength };
}

function rowsOf(data: Float32Array, width: number, longest: number, lengths: readonly number[]): HiddenRows[] {
  return lengths.map((tokens, text) => ({ data, start: text * longest * width, tokens, width }));
}

function withoutPadding(texts: readonly HiddenRows[], offsets: Int32Array): Float32Array {
  const ragged = new Float32Array(offsets[texts.length] * texts[0].width);
  texts.forEach(({ data, start, tokens, width }, text) => {
    ragged.set(data.subarray(start, start + tokens * width), offsets[text] * width);
  });
  return ragged;
}

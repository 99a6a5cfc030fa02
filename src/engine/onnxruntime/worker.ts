import { env } from 'onnxruntime-node';
import { OctavecError } from '../../base/index.js';
import type { Head } from '../../model/index.js';
import type { HiddenRows } from '../../output/index.js';
import { applyHead, checkHead, headWidth } from '../../output/index.js';
import { deadMemoryCollector, plainError } from '../../threads/index.js';
import { bindEncoder, type Encoder, runEncoder } from './encoder.js';
import type { BatchMessage } from './protocol.js';
import { createSession } from './session.js';
import { openPort } from './worker-port.js';

/** A thread or process that holds one session. The pool sends one batch at a time. */

const port = await openPort();
const { onnxPath, padTokenId, head, choice } = port.settings;

try {
  const encoder = await port.guard.run(async () => {
    const session = await createSession(port.settings);
    return bindEncoder(session, onnxPath, padTokenId, choice);
  });
  const { session, vocabulary, reason } = encoder;
  const hiddenWidth = encoder.hidden?.width;
  if (encoder.pooled === undefined) {
    checkHead(head, hiddenWidth as number, onnxPath);
  }
  const gives = encoder.pooled === undefined ? 'hidden states' : 'vectors';
  const output = { name: (encoder.pooled ?? encoder.hidden)?.name ?? '', gives, reason } as const;
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
  const { fixed } = encoder.inputs;
  const version = env.versions.node ?? env.versions.common;
  port.post({ kind: 'ready', version, width, hiddenWidth, vocabulary, output, fixed });
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
  const usesPooled = wanted === 'vectors' && encoder.pooled !== undefined;
  if (usesPooled) {
    const { name, width } = encoder.pooled;
    const { data: vectors } = await runEncoder(encoder, batch, name);
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
  const { data: hidden, tokens } = await runEncoder(encoder, batch, name);
  const texts = rowsOf(hidden, width, tokens, lengths);
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

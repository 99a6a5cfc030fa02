import { isMainThread } from 'node:worker_threads';
import { env } from 'onnxruntime-node';
import { OctavecError } from '../../base/index.js';
import type { Head } from '../../model/index.js';
import type { HiddenRows } from '../../output/index.js';
import { applyHead, checkHead, headWidth } from '../../output/index.js';
import { deadMemoryCollector, givingAway, serveCalls } from '../../threads/index.js';
import { bindEncoder, type Encoder, runEncoder } from './encoder.js';
import { byLength, joined } from './equal-lengths.js';
import type { Batch, Encoding } from './protocol.js';
import { RunGuard } from './run-guard.js';
import { createSession } from './session.js';

/** A thread or process that holds one session. The pool sends one batch at a time. */

serveCalls<Encoding>(async (settings) => {
  const { onnxPath, padTokenId, head, choice } = settings;
  const guard = new RunGuard(settings.guard);
  const encoder = await guard.run(async () => {
    const session = await createSession(settings);
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
  const { fixed } = encoder.inputs;
  const version = env.versions.node ?? env.versions.common;
  const collect = deadMemoryCollector();
  const cpuMs = ownCpuMs();
  return {
    ready: { version, width, hiddenWidth, vocabulary, output, fixed },
    answers: {
      run: async (batch) => {
        const { data, outputBytes } = await guard.run(() => runBatch(encoder, head, batch));
        // When the answer is on its way.
        setImmediate(collect, outputBytes);
        return givingAway({ data, cpuMs: cpuMs() }, [data]);
      },
    },
    close: () => session.release(),
  };
});

/**
 * Returns a function that gives the CPU time since its last call, in ms: of a worker process; 0 in a thread, whose time
 * counts as the pool's.
 */
function ownCpuMs(): () => number {
  if (!isMainThread) {
    return () => 0;
  }
  let used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    used = process.cpuUsage();
    return (user + system) / 1000;
  };
}

interface Run {
  readonly data: Float32Array;
  /** What the run time gave, in bytes. */
  readonly outputBytes: number;
}

/** Runs a batch. A model that is told of no padding gets none: it would read it as words. */
async function runBatch(encoder: Encoder, head: Head, batch: Batch): Promise<Run> {
  if (encoder.inputs.bindings.some(({ role }) => role === 'mask')) {
    return runPadded(encoder, head, batch);
  }
  const groups = byLength(batch);
  const runs: Run[] = [];
  for (const group of groups) {
    runs.push(await runPadded(encoder, head, group.batch));
  }
  return {
    data: joined(
      batch,
      groups,
      runs.map(({ data }) => data),
    ),
    outputBytes: runs.reduce((sum, { outputBytes }) => sum + outputBytes, 0),
  };
}

async function runPadded(encoder: Encoder, head: Head, batch: Batch): Promise<Run> {
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

import { OctavecError, packagePath, reasonOf, throwIfCancelled } from '../base/index.js';
import { type Latency, latencyOf, ModelProcess, workloadFor } from '../benchmark/index.js';
import type { EngineChoice, EngineDescription } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import type { Finding } from './finding.js';

/** What a model does on this machine, in one engine. */
export interface ModelSpeed {
  readonly engine: EngineDescription;
  readonly loadSeconds: number;
  /** A paragraph alone, again and again. */
  readonly paragraph: Latency & {
    readonly tokens: number;
    readonly meanMs: number;
    /** CPU time that one takes on average, of all threads. */
    readonly cpuMs: number;
  };
  /** A batch of paragraphs. */
  readonly textsPerSecond: number;
  readonly cpus: number;
}

const paragraphTokens = 128;
const batchTexts = 32;

/** Calls of one kind last about this long, or one call. */
const seconds = 1;

/**
 * Loads a model in a process of its own and embeds paragraphs, alone and in batches.
 *
 * @throws what loading and embedding throw, ENGINE_DIED, CANCELLED
 */
export async function measureModel(
  model: ModelFiles,
  engine: EngineChoice,
  signal: AbortSignal | undefined,
): Promise<ModelSpeed> {
  const tokens = Math.min(paragraphTokens, model.maxTokens);
  const { byLength } = await workloadFor(model, { lengths: [tokens], texts: batchTexts, mixed: [] });
  const texts = byLength.get(tokens) ?? [];
  const singles = texts.map((text) => [text]);
  const child = new ModelProcess(model);
  const stop = () => void child.stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const loaded = await child.load({ engine });
    await child.run(singles.slice(0, 2));
    const alone = await child.run(singles, seconds);
    const batch = await child.run([texts], seconds);
    return {
      engine: loaded.engine,
      loadSeconds: loaded.seconds,
      paragraph: {
        tokens,
        ...latencyOf([alone.callMs]),
        meanMs: (1000 * alone.seconds) / alone.texts,
        cpuMs: (1000 * alone.cpuSeconds) / alone.texts,
      },
      textsPerSecond: batch.texts / batch.seconds,
      cpus: batch.cpuSeconds / batch.seconds,
    };
  } catch (error) {
    throwIfCancelled(signal, 'measuring the model');
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await child.stop();
  }
}

/** A paragraph that takes this many times its CPU time is held back by something. */
const waitedTimes = 1.5;

/**
 * Turns the measured speed of a model into a finding.
 *
 * @param taken whether it is the engine that octavec takes by itself
 */
export function modelSpeedFinding(name: string, speed: ModelSpeed, taken?: 'default'): Finding {
  const { engine, loadSeconds, paragraph, textsPerSecond } = speed;
  const called = engine.name !== 'onnxruntime' ? 'the native engine' : 'ONNX Runtime';
  const because = engine.fallback === undefined ? '' : `: ${engine.fallback}`;
  // A thread that gets what it wants is never behind its own CPU time.
  const isSlow = paragraph.meanMs > waitedTimes * paragraph.cpuMs;
  const held = isSlow ? ` instead of ${ms(paragraph.cpuMs)}, for the rest it waits for CPU time` : '';
  return {
    id: `model-${engine.name}`,
    status: isSlow ? 'warning' : 'ok',
    found: `${name} on ${called} (${engine.version}${taken === undefined ? '' : `, the default${because}`}): about ${count(textsPerSecond)} texts/s of ${paragraph.tokens} tokens; one alone takes ${ms(paragraph.meanMs)}${held}, ${ms(paragraph.max)} at worst; loads in ${loadSeconds.toFixed(1)} s.`,
    advice: isSlow ? 'See what is said of throttling above.' : undefined,
    figures: { ...speed },
  };
}

/** Returns what is said of a model that cannot be run. */
export function modelFailure(name: string, error: unknown): Finding {
  return {
    id: 'model',
    status: 'problem',
    essential: true,
    found: `${name} cannot be run: ${reasonOf(error)}.`,
    advice: `See "octavec help inspect", and ${packagePath('docs/errors.md')} for the code of the error.`,
    figures: { code: error instanceof OctavecError ? error.code : undefined },
  };
}

function ms(value: number): string {
  // What rounds to 1000 or to 10.0 is written as that.
  return value >= 999.5
    ? `${(value / 1000).toFixed(1)} s`
    : `${value >= 9.95 ? Math.round(value) : value.toFixed(1)} ms`;
}

function count(value: number): string {
  return value >= 9.95 ? String(Math.round(value)) : value.toFixed(1);
}

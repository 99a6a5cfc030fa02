import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { version } from '../base/index.js';
import type { Problem, ProblemKind } from '../http/index.js';
import type { EmbeddingService, Taken } from './embed-inputs.js';

/** Bounds of TEI's histograms: seconds from 15 µs on, each 1.5 times the one before. */
const seconds = Array.from({ length: 35 }, (_, i) => 1.5e-5 * 1.5 ** i);
const powersOfTwo = (last: number) => Array.from({ length: last + 1 }, (_, i) => 2 ** i);

/** TEI's words for what went wrong. */
const failures: Readonly<Partial<Record<ProblemKind, string>>> = {
  overloaded: 'overloaded',
  loading: 'overloaded',
  tokenizer: 'tokenization',
  internal: 'inference',
  timeout: 'dropped',
  unsupported: 'model_type',
};

/** Requests that are counted together, at the latest when somebody asks: in a row it takes less time than between other work. */
const countedTogether = 256;

/** TEI counts texts that get a vector and texts that get a score by themselves. */
export type CountedWork = 'embed' | 'predict';

/** How long requests took, and the parts of it. */
interface WorkDurations {
  readonly total: Histogram;
  readonly tokenization: Histogram;
  readonly queue: Histogram;
  readonly inference: Histogram;
}

/** Metrics of a server, with TEI's names, and octavec's own where TEI has none. */
export class Metrics {
  readonly registry = new Registry();
  readonly #counters: Readonly<Record<string, Counter>>;
  readonly #durations: Readonly<Record<'request' | CountedWork, WorkDurations>>;
  readonly #inputLength: Histogram;
  readonly #batchSize: Histogram;
  #waiting: (() => void)[] = [];

  constructor({ shelf, admission, cache }: EmbeddingService) {
    const registers = [this.registry];
    const countAll = () => this.#countAll();
    const counter = (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ name, help, labelNames, registers });
    const histogram = (name: string, help: string, buckets: number[]) =>
      new Histogram({ name, help, buckets, registers });
    this.#counters = {
      // The first that is read.
      requests: new Counter({
        name: 'te_request_count',
        help: 'Requests',
        labelNames: ['method'],
        registers,
        collect: countAll,
      }),
      successes: counter('te_request_success', 'Requests that succeeded', ['method']),
      failures: counter('te_request_failure', 'Requests that failed', ['err']),
      embed: counter('te_embed_count', 'Inputs that were to be embedded'),
      embedDone: counter('te_embed_success', 'Inputs that were embedded'),
      predict: counter('te_predict_count', 'Inputs that were to be scored'),
      predictDone: counter('te_predict_success', 'Inputs that were scored'),
      truncated: counter('octavec_truncated_inputs', 'Inputs that were longer than the model reads'),
      tokens: counter('octavec_tokens', 'Tokens that were read'),
    };
    const durations = (of: string, what: string) => ({
      total: histogram(`te_${of}_duration`, `Seconds from a request${what} to its answer`, seconds),
      tokenization: histogram(`te_${of}_tokenization_duration`, `Seconds of tokenizing${what}`, seconds),
      queue: histogram(`te_${of}_queue_duration`, `Seconds until the model was free to be used${what}`, seconds),
      inference: histogram(
        `te_${of}_inference_duration`,
        `Seconds of inference${what}, waiting for it included`,
        seconds,
      ),
    });
    this.#durations = {
      request: durations('request', ''),
      embed: durations('embed', ', of those that embed'),
      predict: durations('predict', ', of those that score'),
    };
    this.#inputLength = histogram('te_request_input_length', 'Tokens of a request', powersOfTwo(20));
    this.#batchSize = histogram('te_batch_next_size', 'Inputs of a request', powersOfTwo(12));
    const gauge = (name: string, help: string, read: (this: Gauge) => void, labelNames: string[] = []) =>
      new Gauge({ name, help, labelNames, registers, collect: read });
    gauge('te_queue_size', 'Inputs that are embedded or wait for it', function () {
      this.set(admission.texts);
    });
    gauge('octavec_requests_in_progress', 'Requests that are worked on', function () {
      this.set(admission.requests);
    });
    gauge('process_resident_memory_bytes', 'Resident memory of the process', function () {
      this.set(process.memoryUsage.rss());
    });
    gauge(
      'octavec_build_info',
      'Version of octavec',
      function () {
        this.set({ version }, 1);
      },
      ['version'],
    );
    gauge(
      'octavec_model_info',
      'Models: 1 for one that is loaded, 0 for one that is loaded on first use',
      function () {
        for (const { name, isLoaded, engine } of shelf.models) {
          this.set({ model: name, engine: engine?.name ?? '' }, isLoaded ? 1 : 0);
        }
      },
      ['model', 'engine'],
    );
    if (cache !== undefined) {
      gauge('octavec_cache_bytes', 'Bytes of kept vectors', function () {
        this.set(cache.bytes);
      });
      gauge('octavec_cache_hits', 'Inputs whose vector was kept', function () {
        this.set(cache.hits);
      });
    }
  }

  request(kind: CountedWork, inputs: number): void {
    this.#later(() => {
      this.#counters.requests.inc({ method: inputs === 1 ? 'single' : 'batch' });
      this.#counters[kind].inc(inputs);
      this.#batchSize.observe(inputs);
    });
  }

  success(kind: CountedWork, inputs: number, taken: Taken, totalMs: number): void {
    // Taken out, because vectors may come with them.
    const { truncated, tokens, tokenizeMs, queueMs, inferenceMs } = taken;
    this.#later(() => {
      this.#counters.successes.inc({ method: inputs === 1 ? 'single' : 'batch' });
      this.#counters[`${kind}Done`].inc(inputs);
      this.#counters.truncated.inc(truncated);
      this.#counters.tokens.inc(tokens);
      this.#inputLength.observe(tokens);
      for (const { total, tokenization, queue, inference } of [this.#durations.request, this.#durations[kind]]) {
        total.observe(totalMs / 1000);
        tokenization.observe(tokenizeMs / 1000);
        queue.observe(queueMs / 1000);
        inference.observe(inferenceMs / 1000);
      }
    });
  }

  failure({ kind }: Problem): void {
    this.#counters.failures.inc({ err: failures[kind] ?? 'validation' });
  }

  #later(count: () => void): void {
    this.#waiting.push(count);
    if (this.#waiting.length >= countedTogether) {
      this.#countAll();
    }
  }

  #countAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const count of waiting) {
      count();
    }
  }
}

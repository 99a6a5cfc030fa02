import { describe, expect, test } from 'vitest';
import { Problem, type ProblemKind } from '../http/index.js';
import type { EmbeddingService } from './embed-inputs.js';
import { Metrics } from './metrics.js';

const taken = { tokens: 7, characters: 20, truncated: 2, queueMs: 1000, tokenizeMs: 500, inferenceMs: 2000 };

function metricsOf(service: object = {}) {
  return new Metrics({
    shelf: { models: [] },
    admission: { texts: 3, requests: 2 },
    ...service,
  } as unknown as EmbeddingService);
}

async function linesOf({ registry }: Metrics): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('requests', () => {
  test('of one input and of several are told apart, and their inputs counted', async () => {
    const metrics = metricsOf();
    metrics.request('embed', 1);
    metrics.request('embed', 5);
    metrics.request('predict', 2);
    const lines = await linesOf(metrics);
    expect(lines).toContain('te_request_count{method="single"} 1');
    expect(lines).toContain('te_request_count{method="batch"} 2');
    expect(lines).toContain('te_embed_count 6');
    expect(lines).toContain('te_predict_count 2');
    expect(lines).toContain('te_batch_next_size_sum 8');
  });

  test('that succeeded are counted with what they took, in seconds', async () => {
    const metrics = metricsOf();
    metrics.success('embed', 3, taken, 4000);
    const lines = await linesOf(metrics);
    for (const line of [
      'te_request_success{method="batch"} 1',
      'te_embed_success 3',
      'te_predict_success 0',
      'octavec_truncated_inputs 2',
      'octavec_tokens 7',
      'te_request_duration_sum 4',
      'te_request_tokenization_duration_sum 0.5',
      'te_request_queue_duration_sum 1',
      'te_request_inference_duration_sum 2',
      'te_embed_duration_sum 4',
      'te_embed_tokenization_duration_sum 0.5',
      'te_embed_queue_duration_sum 1',
      'te_embed_inference_duration_sum 2',
      'te_predict_duration_count 0',
      'te_request_input_length_bucket{le="4"} 0',
      'te_request_input_length_bucket{le="8"} 1',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('that scored have durations of their own, and those of all requests', async () => {
    const metrics = metricsOf();
    metrics.success('predict', 2, taken, 4000);
    metrics.success('embed', 1, taken, 8000);
    const lines = await linesOf(metrics);
    for (const line of [
      'te_request_duration_sum 12',
      'te_predict_duration_sum 4',
      'te_predict_duration_count 1',
      'te_predict_tokenization_duration_sum 0.5',
      'te_predict_queue_duration_sum 1',
      'te_predict_inference_duration_sum 2',
      'te_embed_duration_sum 8',
      'te_predict_success 2',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('are all counted, however many there were since it was last asked', async () => {
    const metrics = metricsOf();
    for (const many of [1000, 1, 300]) {
      for (let i = 0; i < many; i++) {
        metrics.request('embed', 1);
        metrics.success('embed', 1, taken, 1);
      }
      await linesOf(metrics);
    }
    const lines = await linesOf(metrics);
    expect(lines).toEqual(
      expect.arrayContaining([
        'te_request_count{method="single"} 1301',
        'te_embed_success 1301',
        'octavec_tokens 9107',
      ]),
    );
    expect(lines).toContain('te_request_duration_count 1301');
  });

  test.each([
    ['overloaded', 'overloaded'],
    ['loading', 'overloaded'],
    ['tokenizer', 'tokenization'],
    ['internal', 'inference'],
    ['timeout', 'dropped'],
    ['invalid', 'validation'],
    ['unauthorized', 'validation'],
  ] as [ProblemKind, string][])('that failed as %s are counted as %s', async (kind, err) => {
    const metrics = metricsOf();
    metrics.failure(new Problem(kind, 'why'));
    expect(await linesOf(metrics)).toContain(`te_request_failure{err="${err}"} 1`);
  });
});

test('what is going on is read when it is asked for', async () => {
  const admission = { texts: 3, requests: 2 };
  const metrics = metricsOf({ admission });
  expect(await linesOf(metrics)).toContain('te_queue_size 3');
  admission.texts = 0;
  expect(await linesOf(metrics)).toEqual(expect.arrayContaining(['te_queue_size 0', 'octavec_requests_in_progress 2']));
});

test('models are told with what runs them; names cannot break out of a label', async () => {
  const models = [
    { name: 'a', isLoaded: true, engine: { name: 'native' } },
    { name: 'b"\n', isLoaded: false, engine: undefined },
  ];
  const lines = await linesOf(metricsOf({ shelf: { models } }));
  expect(lines).toContain('octavec_model_info{model="a",engine="native"} 1');
  expect(lines).toContain('octavec_model_info{model="b\\"\\n",engine=""} 0');
});

test('kept vectors are told only where there are any', async () => {
  expect((await linesOf(metricsOf())).join()).not.toContain('octavec_cache');
  const lines = await linesOf(metricsOf({ cache: { bytes: 12, hits: 4 } }));
  expect(lines).toEqual(expect.arrayContaining(['octavec_cache_bytes 12', 'octavec_cache_hits 4']));
});

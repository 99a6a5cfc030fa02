import type { Benchmark, Spread, SubjectResult } from '../../src/benchmark/index.js';

const around = (median: number): Spread => ({ median, low: median * 0.94, high: median * 1.08 });

/** A benchmark of four subjects as a real one looks: two engines, one much slower, a long name. */
export function someBenchmark(changes: Partial<Benchmark> = {}): Benchmark {
  const names = ['model onnxruntime', 'model native', 'a_quite_long_name_of_a_model_file_int8 onnxruntime', '<b>&"x"'];
  return {
    version: '1.2.3',
    date: '2026-01-02T03:04:05.000Z',
    conditions: {
      host: {
        platform: 'linux-x64',
        cpuModel: 'Some CPU',
        cpuFlags: ['avx2', 'avx512f', 'avx512_vnni'],
        machineCpus: 8,
        visibleCpus: 4,
        physicalCores: 2,
        memoryBytes: 16e9,
        cpuQuota: { value: 1.5, source: '/sys/fs/cgroup/cpu.max' },
      },
      node: 'v20.0.0',
      rounds: 5,
      mixedSource: 'made-up texts of 8 to 256 tokens',
      mixedTexts: 256,
      loadBefore: 0.1,
      seconds: 100,
    },
    results: names.map((name, i) => subject(name, [1, 5.5, 2.6, 0.02][i], i % 2 === 0 ? 'onnxruntime' : 'native')),
    unusable: [],
    notes: [],
    ...changes,
  };
}

function subject(name: string, speed: number, engine: 'onnxruntime' | 'native'): SubjectResult {
  const memory = { residentBytes: 3e8 / speed ** 0.2, proportionalBytes: 2.5e8, peakBytes: 4e8 };
  const milliseconds = (tokens: number) => tokens / 4 / speed;
  return {
    name,
    path: `/models/a/onnx/${name.split(' ')[0].replaceAll('/', '')}.onnx`,
    bytes: 9e7,
    engineChoice: engine,
    engine: {
      ...{ name: engine, version: '1.0', workers: 2, threadsPerWorker: 1, threadsReason: 'a test', memory: 'fast' },
    },
    start: { coldSeconds: around(0.5), loadSeconds: around(0.3) },
    memory,
    latency: [16, 64, 256].map((tokens) => ({
      tokens,
      calls: tokens === 256 ? 80 : 500,
      p50: milliseconds(tokens),
      p95: 1.5 * milliseconds(tokens),
      p99: tokens === 256 ? undefined : 2 * milliseconds(tokens),
      max: 9 * milliseconds(tokens),
      rounds: around(milliseconds(tokens)),
    })),
    throughput: [16, 64, 256].flatMap((tokens) =>
      [1, 8, 32].map((texts) => ({
        ...{ texts, tokens },
        perSecond: around((1000 / milliseconds(tokens)) * (1 + Math.log2(texts) / 8)),
      })),
    ),
    mixed: {
      perSecond: around(100 * speed),
      rounds: [94, 100, 100, 101, 108].map((value) => value * speed),
      cpus: 1.9,
    },
    pools: [1, 2, 4].map((workers) => ({
      ...{ workers, threadsPerWorker: 1, memory },
      perSecond: around(60 * speed * Math.min(workers, 2)),
    })),
  };
}

import { describe, expect, test } from 'vitest';
import { someBenchmark } from '../../test/support/benchmark.js';
import { formatBenchmark } from './benchmark-text.js';
import { plainStyle } from './style.js';

describe('a benchmark in the terminal', () => {
  const text = formatBenchmark(someBenchmark({ notes: ['Something ran.'], unusable: [{ name: 'q4', why: 'No.' }] }), {
    ...plainStyle,
    columns: 200,
  });

  test('names machine, conditions and engine before the figures', () => {
    expect(text).toMatch(
      /^Some CPU \(linux-x64, AVX-512 VNNI, .*4 of 8 CPUs granted, 2 physical cores, quota 1\.50 CPUs/,
    );
    expect(text).toContain('5 rounds in turns');
    expect(text).toMatch(/^model native +native 1\.0, 2 × 1 +90\.0 MB/m);
  });

  test('shows medians with their spread, and no p99 of few calls', () => {
    expect(text).toMatch(/^model onnxruntime +4\.00 +6\.00 +8\.00 +36\.0 +250 \(235–270\)/m);
    expect(text).toMatch(/^model onnxruntime +64\.0 +96\.0 +– +576/m);
    expect(text).toMatch(/^model native +550 \(517–594\) +5\.50× /m);
    expect(text).toMatch(/^model native, 4 × 1 +660 \(620–713\) +2\.00×/m);
  });

  test('ends with notes, what could not be measured, and what to do next', () => {
    expect(text).toMatch(
      /! Something ran\.\n✗ q4: No\.\n\nNext:\n {2}npx octavec compare .*\n {2}npx octavec embed .*--engine native "hello world"\n$/,
    );
  });

  test('for one file in full precision, the next thing is to quantize it', () => {
    const [first] = someBenchmark().results;
    expect(formatBenchmark(someBenchmark({ results: [first] }), plainStyle)).toContain(
      'octavec quantize /models/a/onnx/model.onnx --to int8',
    );
  });
});

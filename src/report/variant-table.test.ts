import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { plainStyle } from './style.js';
import { formatVariantTable, shortVariantNames, variantRows } from './variant-table.js';

const named = (...names: string[]) => names.map((name) => ({ file: { ...soundEvidence().file, name } }));

describe('names of variants', () => {
  test('are short, with as much of the folders as tells them apart', () => {
    expect(shortVariantNames(named('onnx/model_int8.onnx'))).toEqual(['model_int8']);
    expect(shortVariantNames(named('a/onnx/model_int8.onnx', 'b/onnx/model_int8.onnx'))).toEqual([
      'a/onnx/model_int8',
      'b/onnx/model_int8',
    ]);
  });

  test('keep the engine, and lose the ending only where it is one', () => {
    expect(shortVariantNames(named('onnx/model.onnx (native)', 'onnx/model.onnx.bak'))).toEqual([
      'model (native)',
      'model.onnx.bak',
    ]);
  });
});

/** Cells of the lines of a table. */
const cellsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

test('the table has figures below their headings, a dash where there is none, and no empty column', () => {
  const [first, second] = [
    soundEvidence({}, { originalRun: undefined }),
    soundEvidence({ cosine: { mean: Number.NaN, p50: 0, p1: 0, min: 0 } }, { run: undefined, originalRun: undefined }),
  ];
  const [headings, original, good, bad] = cellsOf(formatVariantTable(variantRows([first, second]), plainStyle));
  expect(headings).toEqual('variant,size,FP32 ÷ size,cos mean,p1,min,L2,Spearman,top-10,texts/s,peak RSS'.split(','));
  const of = (row: string[], heading: string) => row[headings.indexOf(heading)];
  expect([of(original, 'variant'), of(original, 'FP32 ÷ size'), of(original, 'cos mean')]).toEqual([
    'original (fp32)',
    '1.0×',
    '–',
  ]);
  expect([of(good, 'cos mean'), of(good, 'texts/s'), of(good, 'peak RSS')]).toEqual(['0.9926', '300', '270 MB']);
  expect([of(bad, 'cos mean'), of(bad, 'texts/s')]).toEqual(['NaN', '–']);
});

test('an original stored in FP16 is itself twice smaller than FP32', () => {
  const { original } = soundEvidence();
  const [row] = variantRows([soundEvidence({}, { original: { ...original, bytes: 45e6, fp32Bytes: 90e6 } })]);
  expect(row).toMatchObject({ bytes: 45e6, sizeReduction: 2 });
});

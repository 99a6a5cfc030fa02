import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameFields, nameTemplate } from './name-template.js';

const house = nameTemplate('AVA-ONX-{dimensions}-{family}[-v{version}][-{precision}].onnx');

describe('names by a template', () => {
  test.each([
    [
      { dimensions: 384, family: 'bge-small-en', version: '1.5', precision: 'int8' },
      'AVA-ONX-384-bge-small-en-v1.5-int8.onnx',
    ],
    [{ dimensions: 384, family: 'all-MiniLM-L6', version: '2' }, 'AVA-ONX-384-all-MiniLM-L6-v2.onnx'],
    [{ dimensions: 768, family: 'gte', precision: 'int8_static' }, 'AVA-ONX-768-gte-int8_static.onnx'],
    [{ dimensions: 1024, family: 'bge m3' }, 'AVA-ONX-1024-bge m3.onnx'],
  ])('%j is %s, and back', (fields, name) => {
    expect(house.write(fields)).toBe(name);
    expect(house.read(name)).toEqual(fields);
  });

  test.each(['AVA-ONX-x-gte.onnx', 'gte-int8.onnx', 'AVA-ONX-384-gte.bin', ''])('%j is none of them', (name) => {
    expect(house.read(name)).toBeUndefined();
  });

  test('whatever is written is read back, or refused', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'v', '2', '-', '.', 'int8', ' ', "'", ';', '/', '\n') });
    fc.assert(
      fc.property(text, fc.option(fc.constantFrom('1', '2.5'), { nil: undefined }), (family, version) => {
        const fields = { dimensions: 384, family, ...(version && { version }), precision: 'int8' };
        let name: string;
        try {
          name = house.write(fields);
        } catch {
          return;
        }
        expect(house.read(name)).toEqual(fields);
        expect(name).not.toMatch(/[/\n]/);
      }),
    );
  });

  test('of a model: family and version', () => {
    expect(nameFields('bge-small-en-v1.5')).toEqual({ family: 'bge-small-en', version: '1.5' });
    expect(nameFields('bge-m3')).toEqual({ family: 'bge-m3' });
  });

  test.each([
    ['{family}.bin', /ends with \.onnx/],
    ['a/{family}.onnx', /has no folders/],
    ['{familiy}.onnx', /Did you mean \{family\}\?/],
    ['{dimensions}.onnx', /must name \{family\} once/],
    ['[{family}].onnx', /must name \{family\} once/],
    ['{family}{precision}.onnx', /nothing between|without anything between/],
    ['{family}[-{precision}.onnx', /other half/],
  ])('%s is refused', (text, message) => {
    expect(() => nameTemplate(text)).toThrow(message);
  });

  test('fields that are not known, and names that would be read otherwise, are told', () => {
    expect(() => house.write({ family: 'gte' })).toThrow('needs {dimensions}, which is not known of gte');
    expect(() => house.write({ dimensions: 1, family: 'gte-int8' })).toThrow(
      'reads as family gte, dimensions 1, precision int8',
    );
  });
});

import { describe, expect, test } from 'vitest';
import type { GraphProto, OperatorSetIdProto } from './messages.js';
import { metadata, type OnnxModel, opsetVersion, withMetadata, withOpset } from './model.js';

function modelOf(opsetImport: OperatorSetIdProto[], metadataProps: { key: string; value: string }[] = []): OnnxModel {
  return { path: 'x', proto: { opsetImport, metadataProps, functions: [], graph: {} as GraphProto } };
}

describe('operator sets', () => {
  test('the standard domain has two names', () => {
    expect(opsetVersion(modelOf([{ domain: 'ai.onnx', version: 17 }]))).toBe(17);
    expect(opsetVersion(modelOf([{ version: 17 }]), 'ai.onnx')).toBe(17);
    expect(opsetVersion(modelOf([{ version: 17 }]), 'com.microsoft')).toBeUndefined();
  });

  test('are raised, never lowered, and imported once', () => {
    const model = modelOf([
      { domain: 'ai.onnx', version: 11 },
      { domain: 'other', version: 1 },
    ]);
    expect(withOpset(model, '', 11)).toBe(model);
    for (const domain of ['', 'ai.onnx']) {
      const raised = withOpset(model, domain, 13);
      expect(opsetVersion(raised)).toBe(13);
      expect(raised.proto.opsetImport).toHaveLength(2);
    }
    expect(opsetVersion(withOpset(model, 'com.microsoft', 1), 'com.microsoft')).toBe(1);
  });
});

test('metadata are set without touching the others, whatever they are called', () => {
  const model = modelOf(
    [],
    [
      { key: 'constructor', value: '1' },
      { key: 'a', value: '2' },
    ],
  );
  const changed = withMetadata(model, { a: '3', b: '4' });
  expect(Object.fromEntries(metadata(changed))).toEqual({ constructor: '1', a: '3', b: '4' });
  expect(metadata(model).get('a')).toBe('2');
});

import { describe, expect, test } from 'vitest';
import { plainReason } from './session.js';

describe('plainReason', () => {
  test.each([
    [
      'Error: Load model from /m/model.onnx failed:/onnxruntime_src/onnxruntime/core/graph/model_load_utils.h:46 void onnxruntime::model_load_utils::ValidateOpsetForDomain(const std::unordered_map<std::string, int>&, const onnxruntime::logging::Logger&, bool, const std::string&, int) ONNX Runtime only *guarantees* support for models stamped with official released onnx opset versions. Opset 99 is under development.\n',
      /^ONNX Runtime only \*guarantees\* support .* Opset 99 is under development$/,
    ],
    [
      "Non-zero status code returned while running Gather node. Name:'/embeddings/Gather' Status Message: indices element out of data bounds, idx=30522 must be within the inclusive range [-30522,30521]",
      /idx=30522 must be within the inclusive range \[-30522,30521\]$/,
    ],
    ['Load model from x.onnx failed:Protobuf parsing failed.', /^Protobuf parsing failed$/],
  ])('keeps what is said and drops where in the source', (message, expected) => {
    const reason = plainReason(new Error(message));
    expect(reason).toMatch(expected);
    expect(reason).not.toMatch(/onnxruntime_src|::/);
  });
});

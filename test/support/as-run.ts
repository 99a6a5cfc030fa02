import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { encodeModel, type OnnxModel, readModel } from '../../src/onnx/index.js';

/** The graph as ONNX Runtime runs it, with all that it fuses. */
export async function asRun(model: OnnxModel): Promise<OnnxModel> {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-test-'));
  try {
    const optimizedModelFilePath = join(folder, 'as-run.onnx');
    const session = await InferenceSession.create(Buffer.concat(encodeModel(model.proto)), {
      optimizedModelFilePath,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    await session.release();
    return await readModel(optimizedModelFilePath);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

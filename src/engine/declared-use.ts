import { OctavecError, reasonOf } from '../base/index.js';
import type { ModelFiles } from '../model/index.js';
import { dataTypeName, type OnnxModel } from '../onnx/index.js';
import type { OfferedOutput } from '../output/index.js';
import { chooseOutputs, declaredInputs, type FixedShape, fixedShape, outputChoice } from '../output/index.js';
import type { UsedOutput } from './engine.js';

/** How octavec would run a model, as far as its file says. */
export interface DeclaredUse {
  /** The output that embeddings are made from. */
  readonly output?: UsedOutput;
  /** Why there is none. */
  readonly problem?: string;
  /** Sizes that its inputs fix. */
  readonly fixedShape: FixedShape;
}

/**
 * Finds how a model would be run from its file alone, without loading it. Files that do not say the shapes of their
 * outputs leave the choice to the first run.
 */
export function declaredUse(
  model: OnnxModel,
  files: Pick<ModelFiles, 'facts' | 'output' | 'headSource' | 'task'> = {},
): DeclaredUse {
  const { graph } = model.proto;
  try {
    const fixed = fixedShape(declaredInputs(graph), model.path);
    const offered = graph.output.map(offeredOutput);
    if (offered.some(({ shape }) => shape === undefined)) {
      return {
        problem: 'the file does not say the shapes of its outputs; they are seen when it is run',
        fixedShape: fixed,
      };
    }
    const { hidden, pooled, reason } = chooseOutputs(offered, outputChoice(files), model.path);
    const gives = pooled === undefined ? 'hidden states' : 'vectors';
    return { output: { name: (pooled ?? hidden)?.name ?? '', gives, reason }, fixedShape: fixed };
  } catch (error) {
    return { problem: problemOf(error), fixedShape: {} };
  }
}

function problemOf(error: unknown): string {
  const { code, details } = error instanceof OctavecError ? (error as OctavecError) : {};
  return code === 'MODEL_OUTPUT' && details !== undefined && 'why' in details ? details.why : reasonOf(error);
}

function offeredOutput(
  value: OnnxModel['proto']['graph']['output'][number],
): OfferedOutput & { readonly shape: readonly unknown[] | undefined } {
  const { name = '', type } = value;
  const typeName = dataTypeName(type?.tensorType?.elemType);
  const shape = type?.tensorType?.shape?.dim.map(({ dimValue, dimParam }) => dimValue ?? (dimParam || '?'));
  const width = shape?.at(-1);
  return {
    name,
    shape,
    isFloat: typeName === 'float' || typeName === 'float16',
    per: shape?.length === 3 ? 'token' : shape?.length === 2 ? 'text' : 'something else',
    width: typeof width === 'number' ? width : undefined,
    description: `${name} ${typeName} [${shape?.join(', ') ?? ''}]`,
  };
}

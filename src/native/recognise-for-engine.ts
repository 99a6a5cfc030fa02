import { reasonOf, shortened } from '../base/index.js';
import { type Recognition, recogniseEncoder, type SampledOutput } from '../encoder/index.js';
import type { ModelFiles } from '../model/index.js';
import type { OnnxModel } from '../onnx/index.js';
import type { OfferedOutput } from '../output/index.js';
import { type ChosenOutputs, chooseOutputs, outputChoice } from '../output/index.js';
import { pooledOutputObstacle } from './pooled-output.js';

type RecognisedFiles = Pick<ModelFiles, 'padTokenId' | 'head' | 'facts' | 'output' | 'headSource' | 'task'>;

/** Recognises the encoder in a graph, and checks that the native engine gives with it what ONNX Runtime gives. */
export function recogniseForEngine(model: OnnxModel, files: RecognisedFiles): Recognition {
  const choose = (outputs: readonly SampledOutput[]): ChosenOutputs =>
    chooseOutputs(outputs.map(offeredOutput), outputChoice(files), 'it');
  const found = recogniseEncoder(model, {
    padTokenId: files.padTokenId,
    hiddenOutput: (outputs) => {
      try {
        const { hidden } = choose(outputs);
        return hidden ?? { reason: 'it gives pooled vectors only' };
      } catch (error) {
        return { reason: `no output of hidden states is found (${reasonOf(error)})` };
      }
    },
  });
  if ('reason' in found) {
    return found;
  }
  const obstacle = pooledOutputObstacle(found, choose(found.outputs).pooled?.name, files.head);
  return obstacle === undefined ? found : { reason: obstacle };
}

function offeredOutput({ name, shape }: SampledOutput): OfferedOutput {
  const per = shape?.length === 3 ? 'token' : shape?.length === 2 ? 'text' : 'something else';
  return { name, isFloat: true, per, width: shape?.at(-1), description: shortened(name) };
}

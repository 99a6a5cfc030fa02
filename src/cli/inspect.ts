import { Command } from 'commander';
import { OctavecError } from '../base/index.js';
import { declaredUse } from '../engine/index.js';
import { findOnnxFile, type ModelFiles, openModelFolder, overridesOf } from '../model/index.js';
import { readModel } from '../onnx/index.js';
import { inspectModel } from '../quantize/index.js';
import { folderWith } from '../registry/index.js';
import { formatInspection } from '../report/index.js';
import { modelGraph } from '../static/index.js';
import { addModelOptions, type ModelFlags } from './model-options.js';
import { namedModel } from './named-model.js';

const examples = `
Examples:
  octavec inspect ./all-MiniLM-L6-v2
  octavec inspect model_quantized.onnx --json`;

interface Options extends ModelFlags {
  readonly variant?: string;
  readonly json?: boolean;
}

export function inspectCommand(): Command {
  const command = new Command('inspect')
    .argument('<model>', 'model folder, .onnx file, or a name of the hub')
    .option('--variant <name>', 'variant in the folder: int8, fp16, … (default: the highest precision)')
    .option('--json', 'print JSON');
  return addModelOptions(command)
    .addHelpText('after', examples)
    .action(async (name: string, options: Options) => {
      const path = folderWith(await namedModel(name, options), options.variant);
      const { onnxPath, files, why } = await lookInto(path, options);
      const model = files === undefined ? await readModel(onnxPath) : await modelGraph(files);
      const use = {
        ...declaredUse(model, files ?? options),
        ...(why !== undefined && { output: undefined, problem: why }),
      };
      const { head, headSource, maxTokens } = files ?? {};
      const inspected = { ...inspectModel(model), use: { ...use, head, headSource, maxTokens } };
      process.stdout.write(
        options.json ? `${JSON.stringify(inspected, withoutWeights)}\n` : formatInspection(inspected),
      );
    });
}

interface Found {
  readonly onnxPath: string;
  readonly files?: ModelFiles;
  /** Why octavec cannot run it. */
  readonly why?: string;
}

/** Opens a model to inspect it, without what running it takes. */
async function lookInto(path: string, options: Options): Promise<Found> {
  try {
    const files = await openModelFolder(path, { ...overridesOf(options), variant: options.variant });
    return { onnxPath: files.onnxPath, files };
  } catch (error) {
    if (error instanceof OctavecError && ['TOKENIZER_MISSING', 'MODEL_UNSUPPORTED'].includes(error.code)) {
      const onnxPath = path.endsWith('.onnx') ? path : await findOnnxFile(path, options.variant);
      return { onnxPath, why: error.code === 'MODEL_UNSUPPORTED' ? error.message : undefined };
    }
    throw error;
  }
}

/** Shows dense layers by their sizes, without weights. */
function withoutWeights(key: string, value: unknown): unknown {
  return key === 'weight' || key === 'bias' ? undefined : value;
}

import { Command, Option } from 'commander';
import { type ConversionType, convert } from '../convert/index.js';
import { formatConversion } from '../report/index.js';
import { interruptSignal } from './interrupt.js';
import { type NamedModelFlags, storedModel } from './named-model.js';
import { progressLine } from './progress-line.js';

const examples = `
Examples:
  octavec convert ./bge-small-en-v1.5
  octavec convert Alibaba-NLP/gte-modernbert-base ./gte-modernbert
  octavec convert ./my-finetuned-e5 e5.onnx --against exported.onnx --json
  octavec convert ./bge-small-en-v1.5 --dtype fp16
  octavec convert ./potion-base-8M potion.onnx      static models, too

Other commands convert a folder without an ONNX file by themselves. Exit status 3: the file gave other results than the
weights, and was not kept.`;

interface Options extends NamedModelFlags {
  readonly against?: string;
  readonly dtype: ConversionType;
  readonly withHead?: boolean;
  readonly json?: boolean;
}

export function convertCommand(): Command {
  return new Command('convert')
    .argument('<model>', 'model folder with safetensors, or a name of the hub')
    .argument('[output]', 'folder for a whole model, or .onnx file (default: onnx/model.onnx in the model folder)')
    .option('--against <file>', 'ONNX file of the same model to prove the new one against (default: the weights)')
    .addOption(
      new Option('--dtype <type>', 'what weights are stored as; fp16 makes onnx/model_fp16.onnx of half the size')
        .choices(['fp32', 'fp16'])
        .default('fp32'),
    )
    .option('--with-head', 'pooling, dense layers and normalising in the graph, too, as the output sentence_embedding')
    .option('--offline', 'use what is on this machine, and never the network')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (name: string, output: string | undefined, options: Options) => {
      // The cache of the hub is never written to.
      const { original, variants } = await storedModel(name, options);
      const line = progressLine();
      const conversion = await convert(original, {
        output: output ?? variants,
        against: options.against,
        dtype: options.dtype,
        withHead: options.withHead,
        onProgress: line.onProgress,
        signal: interruptSignal(),
      }).finally(line.done);
      process.stdout.write(options.json ? `${JSON.stringify(conversion)}\n` : formatConversion(conversion));
    });
}

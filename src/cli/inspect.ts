import { Command } from 'commander';
import { openModelFolder } from '../model/index.js';
import { readModel } from '../onnx/index.js';
import { inspectModel } from '../quantize/index.js';
import { formatInspection } from '../report/index.js';

const examples = `
Examples:
  octavec inspect ./all-MiniLM-L6-v2
  octavec inspect model_quantized.onnx --json`;

export function inspectCommand(): Command {
  return new Command('inspect')
    .argument('<model>', 'model folder or .onnx file')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (model: string, options: { json?: boolean }) => {
      const path = model.endsWith('.onnx') ? model : (await openModelFolder(model)).onnxPath;
      const inspection = inspectModel(await readModel(path));
      process.stdout.write(options.json ? `${JSON.stringify(inspection)}\n` : formatInspection(inspection));
    });
}

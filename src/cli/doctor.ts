import { Command } from 'commander';
import { diagnose, diagnosisError } from '../doctor/index.js';
import { formatDiagnosis } from '../report/index.js';
import { interruptSignal } from './interrupt.js';
import { progressLine } from './progress-line.js';

const examples = `
Examples:
  octavec doctor
  octavec doctor ./bge-small-en-v1.5 --variant int8
  octavec doctor --json

Exit status: 0 octavec works here (warnings or not), 1 something that it cannot do without is broken.`;

interface Options {
  readonly variant?: string;
  readonly tokenizer?: string;
  readonly json?: boolean;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .argument('[model]', 'model folder or .onnx file to try (default: the embedded model)')
    .option('--variant <name>', 'variant in the folder: int8, fp16, … (default: the highest precision)')
    .option('--tokenizer <path>', 'tokenizer.json or its folder, if the model has none')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (model: string | undefined, options: Options) => {
      const line = progressLine();
      const diagnosis = await diagnose({
        ...options,
        model,
        onProgress: line.onProgress,
        signal: interruptSignal(),
      }).finally(line.done);
      process.stdout.write(options.json ? `${JSON.stringify(diagnosis)}\n` : formatDiagnosis(diagnosis));
      const error = diagnosisError(diagnosis);
      if (error !== undefined) {
        throw error;
      }
    });
}

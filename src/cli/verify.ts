import { Command } from 'commander';
import { OctavecError, writeOutputFile } from '../base/index.js';
import type { EngineChoice } from '../engine/index.js';
import { failuresAsText, type Gate, readTask } from '../evaluate/index.js';
import { verifyModel } from '../pipeline/index.js';
import { formatEvidence, junitXml } from '../report/index.js';
import { interruptSignal } from './interrupt.js';
import { engineOption, gateLimit, gatePreset, positiveInteger, proofTexts, wordList } from './options.js';
import { progressLine } from './progress-line.js';

const examples = `
Examples:
  octavec verify ./model/onnx/model_int8.onnx --against ./model
  octavec verify model_quantized.onnx --against ./model --gate strict --json`;

interface Options {
  readonly against: string;
  readonly tokenizer?: string;
  readonly texts?: string;
  readonly gate?: Gate;
  readonly limit?: Gate['limits'];
  readonly task?: readonly string[];
  readonly junit?: string;
  readonly engine?: EngineChoice;
  readonly threads?: number;
  readonly json?: boolean;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('Compare a quantized model with its original; exit status 3 if the quality gate says no.')
    .argument('<candidate>', 'model folder or .onnx file, whoever made it')
    .requiredOption('--against <original>', 'the full-precision model: folder or .onnx file')
    .option('--tokenizer <path>', 'tokenizer.json or its folder, if neither model has one')
    .option('--texts <file>', 'compare on own texts: .txt or .jsonl (default: texts that octavec brings)')
    .option('--gate <name>', 'fp16, int8, int4 or strict (default: by the precision of the candidate)', gatePreset)
    .option('--limit <metric=figure>', 'a limit of your own, such as cosineP1=0.98; may be repeated', gateLimit)
    .option(
      '--task <tasks>',
      'hold losses in these tasks against the gate, too (see "octavec help evaluate")',
      wordList,
    )
    .option('--junit <file>', 'write the verdict as JUnit XML')
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the run time', positiveInteger)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (candidate: string, options: Options) => {
      const line = progressLine();
      const evidence = await verifyModel(candidate, {
        ...options,
        limits: options.limit,
        texts: await proofTexts(options.texts),
        tasks: await Promise.all((options.task ?? []).map(readTask)),
        onProgress: line.onProgress,
        signal: interruptSignal(),
      }).finally(line.done);
      if (options.junit !== undefined) {
        await writeOutputFile(options.junit, junitXml([evidence]));
      }
      process.stdout.write(options.json ? `${JSON.stringify(evidence)}\n` : formatEvidence(evidence));
      if (evidence.verdict?.passed === false) {
        throw new OctavecError('GATE_REFUSED', { path: candidate, failures: failuresAsText(evidence.verdict) });
      }
    });
}

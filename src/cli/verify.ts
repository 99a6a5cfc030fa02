import { Command } from 'commander';
import { OctavecError } from '../base/index.js';
import { failuresAsText } from '../evaluate/index.js';
import { overridesOf } from '../model/index.js';
import { verify } from '../pipeline/index.js';
import { formatEvidence } from '../report/index.js';
import { type ConfigurableFlags, settingsOf } from './configured.js';
import { interruptSignal } from './interrupt.js';
import { addModelOptions, type ModelFlags } from './model-options.js';
import { configOption, engineOption, gateLimit, positiveInteger, proofTexts, readTasks, wordList } from './options.js';
import { printNote } from './print-note.js';
import { progressLine } from './progress-line.js';
import { checkReports, orReportFailure, type ReportFlags, writeReports } from './write-reports.js';

const examples = `
Examples:
  octavec verify ./model/onnx/model_int8.onnx --against ./model
  octavec verify model_quantized.onnx --against ./model --gate strict --json
  octavec verify model_int8.onnx --against ./model --task scifact-mini --limit speedUp=1.5`;

interface Options extends ConfigurableFlags, ReportFlags, ModelFlags {
  readonly against: string;
  readonly bench?: boolean;
  readonly json?: boolean;
}

export function verifyCommand(): Command {
  const command = new Command('verify')
    .argument('<candidate>', 'model folder or .onnx file, whoever made it')
    .requiredOption('--against <original>', 'the full-precision model: folder or .onnx file')
    .option('--texts <file>', 'compare on own texts: .txt or .jsonl (default: texts that octavec brings)')
    .option(
      '--gate <name>',
      'fp16, q8, int8, int4, strict, or one of the configuration (default: by the precision of the candidate)',
    )
    .option('--limit <metric=figure>', 'a limit of your own, such as cosineP1=0.98; may be repeated', gateLimit)
    .option(
      '--task <tasks>',
      'hold losses in these tasks against the gate, too (see "octavec help evaluate")',
      wordList,
    )
    .option('--cache <folder>', "keep the tasks' vectors here, so that what was interrupted goes on")
    .option('--no-cache', 'keep no vectors')
    .option('--bench', 'measure speed and memory as well (default: if speedUp is limited)')
    .option('--html <file>', 'write a report for the browser, one file that needs no network')
    .option('--markdown <file>', 'write a section for a model card')
    .option('--junit <file>', 'write the verdict as JUnit XML')
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the run time', positiveInteger)
    .addOption(configOption())
    .option('--json', 'print JSON');
  return addModelOptions(command)
    .addHelpText('after', examples)
    .action(async (candidate: string, options: Options) => {
      const evidence = await orReportFailure(candidate, options, async () => {
        const { run, gates, cache, ...settings } = await settingsOf(options);
        await checkReports(options);
        const line = progressLine();
        const task = { onProgress: line.onProgress, signal: interruptSignal() };
        const tasks = await readTasks(settings.tasks, task).finally(line.done);
        return verify(candidate, {
          ...{ against: options.against, ...overridesOf(options), bench: options.bench },
          ...{ ...run, ...gates, cache, onNote: printNote },
          texts: await proofTexts(settings.texts),
          tasks,
          ...task,
        }).finally(line.done);
      });
      await writeReports([evidence], options);
      process.stdout.write(options.json ? `${JSON.stringify(evidence)}\n` : formatEvidence(evidence));
      if (evidence.verdict?.passed === false) {
        throw new OctavecError('GATE_REFUSED', { path: candidate, failures: failuresAsText(evidence.verdict) });
      }
    });
}

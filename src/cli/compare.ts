import { Command } from 'commander';
import { OctavecError } from '../base/index.js';
import type { EngineChoice } from '../engine/index.js';
import { failuresAsText } from '../evaluate/index.js';
import { overridesOf } from '../model/index.js';
import { type Comparison, compare } from '../pipeline/index.js';
import { formatComparison } from '../report/index.js';
import { type ConfigurableFlags, settingsOf } from './configured.js';
import { withFlags } from './flags.js';
import { interruptSignal } from './interrupt.js';
import { addModelOptions, type ModelFlags } from './model-options.js';
import { namedModel, variantFiles } from './named-model.js';
import { configOption, engineList, gateLimit, positiveInteger, proofTexts, readTasks, wordList } from './options.js';
import { printNote } from './print-note.js';
import { progressLine } from './progress-line.js';
import { checkReports, orReportFailure, type ReportFlags, writeReports } from './write-reports.js';

const examples = `
Examples:
  octavec compare ./all-MiniLM-L6-v2
  octavec compare ./model onnx/model_int8.onnx theirs.onnx --task scifact-mini
  octavec compare ./model --engine onnxruntime,native
  octavec compare ./model onnx/model_int8.onnx ./model-static   a static model is judged by tasks
  octavec compare ./model --html report.html --markdown card.md --junit gate.xml`;

interface Options extends Omit<ConfigurableFlags, 'engine'>, ReportFlags, ModelFlags {
  readonly engine?: readonly EngineChoice[];
  readonly bench: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

export function compareCommand(): Command {
  const command = new Command('compare')
    .argument('<model>', 'model folder, .onnx file, or a name of the hub: the original')
    .argument('[variants...]', '.onnx files (default: all others in the folder), or folders of other models')
    .option('--texts <file>', 'compare on these texts: .txt or .jsonl (default: 1,000 texts that come with octavec)')
    .option('--task <tasks>', 'compare in these tasks, too (see "octavec help evaluate")', wordList)
    .option('--gate <name>', 'quality gate for all: fp16, q8, int8, int4, strict, static, or one of your configuration')
    .option('--limit <metric=figure>', 'limit of your own, such as cosineP1=0.98; may be repeated', gateLimit)
    .option('--cache <folder>', 'cache vectors of tasks here, to resume after an interruption')
    .option('--no-cache', 'cache no vectors')
    .option(
      '--engine <names>',
      'engines that run the variants: auto, onnxruntime, native; several with commas (default: auto)',
      engineList,
    )
    .option('--no-bench', 'do not measure speed and memory')
    .option('--strict', 'exit status 3 if the gate refuses any variant')
    .option('--html <file>', 'write a report as one HTML file that needs no network')
    .option('--markdown <file>', 'write a section for a model card')
    .option('--junit <file>', 'write the verdicts as JUnit XML')
    .option('--threads <n>', 'number of threads', positiveInteger)
    .addOption(configOption())
    .option('--json', 'print JSON');
  return addModelOptions(command)
    .addHelpText('after', examples)
    .action(async (model: string, variants: string[], options: Options, command: Command) => {
      const { engine: engines, ...flags } = options;
      const found = await namedModel(model, flags);
      const comparison = await orReportFailure(model, options, async () => {
        const { run, gates, cache, ...settings } = await settingsOf(flags);
        await checkReports(options);
        const line = progressLine();
        const task = { onProgress: line.onProgress, signal: interruptSignal() };
        const tasks = await readTasks(settings.tasks, { ...task, settings: settings.hub }).finally(line.done);
        return compare(found.original, {
          ...{ ...overridesOf(options), bench: options.bench, threads: run.threads },
          ...{ ...gates, cache, onNote: printNote, engines: engines ?? (run.engine && [run.engine]) },
          variants: variants.length > 0 ? variants : await variantFiles(found),
          texts: await proofTexts(settings.texts),
          tasks,
          ...task,
        }).finally(line.done);
      });
      await writeReports(comparison.evidences, options, comparison);
      process.stdout.write(
        options.json ? `${JSON.stringify(comparison)}\n` : withFlags(formatComparison(comparison), [command]),
      );
      refuse(comparison, model, options);
    });
}

/**
 * Fails the command for a refused variant only where that is asked for, and for a variant that does not run in any
 * case.
 */
function refuse({ evidences, alternatives, unusable }: Comparison, path: string, { strict }: Options): void {
  const broken = unusable.map(({ name, why }) => `${name}: ${why}`);
  const refused = [...evidences, ...alternatives].flatMap(({ file, verdict }) =>
    verdict?.passed === false ? [`${file.name}: ${failuresAsText(verdict)}`] : [],
  );
  if (strict && refused.length > 0) {
    throw new OctavecError('GATE_REFUSED', { path, failures: [...broken, ...refused].join('; ') });
  }
  if (unusable.length > 0) {
    const total = evidences.length + alternatives.length + unusable.length;
    throw new OctavecError('VARIANT_UNUSABLE', { path, failed: broken.length, total, first: broken[0] });
  }
}

import { Command } from 'commander';
import { overridesOf } from '../../model/index.js';
import { evaluate } from '../../pipeline/index.js';
import { folderWith } from '../../registry/index.js';
import { formatEvaluation } from '../../report/index.js';
import { type ConfigurableFlags, settingsOf } from '../configured.js';
import { interruptSignal } from '../interrupt.js';
import { addModelOptions, type ModelFlags } from '../model-options.js';
import { namedModel } from '../named-model.js';
import { configOption, engineOption, positiveInteger, readTasks, wordList } from '../options.js';
import { printNote } from '../print-note.js';
import { progressLine } from '../progress-line.js';

const examples = `
Tasks: scifact-mini and banking77-mini (included), an English task of MTEB such as SciFact or STSBenchmark, a data set
of the Hugging Face hub such as mteb/scifact, a folder in BEIR layout, or a file; with the kind in front where it is not
clear, such as clustering:texts.tsv. docs/evaluation.md in octavec's package shows the formats.

Examples:
  octavec evaluate ./all-MiniLM-L6-v2
  octavec evaluate ./model --variant int8 --against ./model --task ./scifact --asymmetric
  octavec evaluate docs.index --queries queries.jsonl --qrels qrels.tsv --variant int8
  octavec evaluate ./model --task STSBenchmark,sts:mine.tsv --json`;

interface Options extends Omit<ConfigurableFlags, 'texts' | 'gate' | 'limit'>, ModelFlags {
  readonly against?: string;
  readonly variant?: string;
  readonly asymmetric?: boolean;
  readonly queries?: string;
  readonly qrels?: string;
  readonly json?: boolean;
}

export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .argument('<model>', 'model folder, .onnx file, a name of the hub, or with --queries the folder of an index')
    .option('--task <tasks>', 'tasks, with commas (default: scifact-mini,banking77-mini)', wordList)
    .option('--against <original>', 'compare with this model, and tell losses from noise')
    .option('--variant <name>', 'variant in the folder: int8, fp16, … (default: the highest precision)')
    .option('--asymmetric', "also search the original's index with the candidate's queries")
    .option('--queries <file>', 'of an index: questions, with _id and text')
    .option('--qrels <file>', 'of an index: judgements, with query-id, corpus-id and score')
    .option('--cache <folder>', 'cache vectors here, to resume after an interruption')
    .option('--no-cache', 'cache no vectors')
    .addOption(engineOption())
    .option('--threads <n>', 'number of threads', positiveInteger)
    .addOption(configOption())
    .option('--json', 'print JSON');
  return addModelOptions(command)
    .addHelpText('after', examples)
    .action(async (model: string, options: Options) => {
      if (options.queries !== undefined || options.qrels !== undefined) {
        // Models are evaluated more often, and need nothing of search.
        const { printIndexEvaluation } = await import('./evaluate-index.js');
        await printIndexEvaluation(model, options);
        return;
      }
      const { run, cache, ...settings } = await settingsOf(options);
      const found = await namedModel(model, options);
      const against = options.against === undefined ? undefined : await namedModel(options.against, options);
      const specs = settings.tasks ?? ['scifact-mini', 'banking77-mini'];
      const line = progressLine();
      const task = { onProgress: line.onProgress, signal: interruptSignal() };
      const tasks = await readTasks(specs, { ...task, settings: settings.hub }).finally(line.done);
      const evaluation = await evaluate(folderWith(found, options.variant), {
        ...{ against: against?.original, variant: options.variant, ...overridesOf(options) },
        ...{ ...run, cache, onNote: printNote, asymmetric: options.asymmetric },
        tasks,
        ...task,
      }).finally(line.done);
      const { model: file, original, results, comparisons } = evaluation;
      const figures = results.map(({ samples: _, ...figures }) => figures);
      const json = () => `${JSON.stringify({ model: file, original, results: figures, comparisons })}\n`;
      process.stdout.write(options.json ? json() : formatEvaluation(evaluation));
    });
}

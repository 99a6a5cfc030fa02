import { Command } from 'commander';
import { OctavecError } from '../base/index.js';
import type { Device } from '../engine/index.js';
import { failuresAsText } from '../evaluate/index.js';
import { overridesOf, variantPath } from '../model/index.js';
import { isReranker, verify } from '../pipeline/index.js';
import { folderWith } from '../registry/index.js';
import { formatEvidence } from '../report/index.js';
import { type ConfigurableFlags, settingsOf } from './configured.js';
import { interruptSignal } from './interrupt.js';
import { addModelOptions, type ModelFlags } from './model-options.js';
import { namedModel } from './named-model.js';
import {
  configOption,
  deviceOption,
  engineOption,
  gateLimit,
  positiveInteger,
  proofTexts,
  readTasks,
  wordList,
} from './options.js';
import { printNote } from './print-note.js';
import { progressLine } from './progress-line.js';
import { verifyRanking } from './rerank/verify-ranking.js';
import { checkReports, orReportFailure, type ReportFlags, writeReports } from './write-reports.js';

const examples = `
Examples:
  octavec verify ./model/onnx/model_int8.onnx --against ./model
  octavec verify model_quantized.onnx --against ./model --gate strict --json
  octavec verify BAAI/bge-small-en-v1.5 --variant int8
  octavec verify model_int8.onnx --against ./model --task scifact-mini --limit speedUp=1.5`;

interface Options extends ConfigurableFlags, ReportFlags, ModelFlags {
  readonly against?: string;
  readonly variant?: string;
  readonly device?: Device;
  readonly bench?: boolean;
  readonly json?: boolean;
}

export function verifyCommand(): Command {
  const command = new Command('verify')
    .argument('<candidate>', 'model folder or .onnx file, whoever made it, or a name of the hub')
    .option('--against <original>', 'the full-precision model (default with --variant: the model itself)')
    .option('--variant <name>', 'which file of the candidate: int8, q4, … (default: the highest precision)')
    .option(
      '--texts <file>',
      'compare on these texts: .txt or .jsonl; of a reranker on pairs, .jsonl or .csv with query and document (default: those of octavec)',
    )
    .option(
      '--gate <name>',
      'quality gate: fp16, q8, int8, int4, strict, or one of your configuration (default: by the precision)',
    )
    .option('--limit <metric=figure>', 'limit of your own, such as cosineP1=0.98; may be repeated', gateLimit)
    .option('--task <tasks>', 'apply the gate to losses in these tasks, too (see "octavec help evaluate")', wordList)
    .option('--cache <folder>', 'cache vectors of tasks here, to resume after an interruption')
    .option('--no-cache', 'cache no vectors')
    .option('--bench', 'also measure speed and memory (default: if speedUp is limited)')
    .option('--html <file>', 'write a report as one HTML file that needs no network')
    .option('--markdown <file>', 'write a section for a model card')
    .option('--junit <file>', 'write the verdict as JUnit XML')
    .addOption(engineOption())
    .addOption(deviceOption())
    .option('--threads <n>', 'number of threads', positiveInteger)
    .addOption(configOption())
    .option('--json', 'print JSON');
  return addModelOptions(command)
    .addHelpText('after', examples)
    .action(async (name: string, options: Options) => {
      checkSides(options);
      const { run, gates, cache, ...settings } = await settingsOf(options);
      const { candidate, against } = await sides(name, options);
      if (await isReranker(against, overridesOf(options))) {
        await verifyRanking(candidate, against, options, { ...run, ...gates });
        return;
      }
      const evidence = await orReportFailure(candidate, options, async () => {
        await checkReports(options);
        const line = progressLine();
        const task = { onProgress: line.onProgress, signal: interruptSignal() };
        const tasks = await readTasks(settings.tasks, { ...task, settings: settings.hub }).finally(line.done);
        return verify(candidate, {
          ...{ against, ...overridesOf(options), bench: options.bench, device: options.device },
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

/** Checks what can be wrong before a model is looked for. */
function checkSides({ against, variant }: Options): void {
  if (against === undefined && variant === undefined) {
    throw new OctavecError('USAGE', {
      problem: 'There is nothing to compare with',
      hint: 'Name the original with --against, or with --variant a variant of the model.',
    });
  }
}

/** Returns the two models of a comparison. A variant is compared with the model that it was made from. */
async function sides(
  name: string,
  { against, variant, ...flags }: Options,
): Promise<{ readonly candidate: string; readonly against: string }> {
  const found = await namedModel(name, flags);
  const original = against === undefined ? found : await namedModel(against, flags);
  const candidate = variant === undefined ? found.original : variantPath(folderWith(found, variant), variant);
  return { candidate, against: original.original };
}

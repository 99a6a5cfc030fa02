import { Command } from 'commander';
import { counted, formatDuration, OctavecError } from '../base/index.js';
import { type Benchmark, benchmark } from '../benchmark/index.js';
import type { EngineChoice, MemoryMode } from '../engine/index.js';
import { writeOutputFile } from '../files/index.js';
import { listOnnxFiles, variantOfPath } from '../model/index.js';
import { benchmarkPage } from '../pages/index.js';
import { formatBenchmark } from '../report/index.js';
import { readTexts } from '../texts/index.js';
import { interruptSignal } from './interrupt.js';
import { addModelOptions, type ModelFlags } from './model-options.js';
import { namedModel, variantFiles } from './named-model.js';
import { engineList, memoryOption, positiveInteger, positiveIntegers, positiveNumber, wordList } from './options.js';
import { printNote } from './print-note.js';
import { progressLine } from './progress-line.js';

const examples = `
Every file runs in a process of its own; all take turns in every round, so that they can be compared. The mixed corpus
goes to the model in one call, as an application would index it.

--cpu-limit puts the measured processes into a control group of their own (Linux, as root or where groups are
delegated). Elsewhere set the limit from outside: "docker run --cpus 0.5 …".

Examples:
  octavec bench ./all-MiniLM-L6-v2
  octavec bench ./model --variant fp32,int8 --engine onnxruntime,native --html bench.html
  octavec bench ./a ./b theirs.onnx --thorough --threads 1
  octavec bench ./model --variant int8 --cpu-limit 0.5`;

interface Options extends ModelFlags {
  readonly variant?: readonly string[];
  readonly engine?: readonly EngineChoice[];
  readonly texts?: string;
  readonly threads?: number;
  readonly memory?: MemoryMode;
  /** false by --no-pool */
  readonly pool?: readonly number[] | boolean;
  readonly thorough?: boolean;
  readonly cpuLimit?: number;
  readonly html?: string;
  readonly json?: boolean;
}

export function benchCommand(): Command {
  const command = new Command('bench')
    .argument('<models...>', 'model folders, .onnx files, or names of the hub')
    .option('--variant <names>', 'variants in the folders: int8,fp32 (default: all)', wordList)
    .option('--engine <names>', 'auto, onnxruntime, native; several with commas (default: auto)', engineList)
    .option('--texts <file>', 'mixed corpus of your own: .txt or .jsonl (default: texts of 8 to 256 tokens)')
    .option('--threads <n>', "threads of each session (default: octavec's choice)", positiveInteger)
    .addOption(memoryOption())
    .option('--pool <sizes>', 'workers of pools to measure (default: none; 1,2,4 with --thorough)', positiveIntegers)
    .option('--no-pool', 'do not measure pools')
    .option('--thorough', 'more lengths, rounds and repetitions, and pools: minutes instead of seconds')
    .option('--cpu-limit <cpus>', 'measure under this CPU quota, such as 0.5', positiveNumber)
    .option('--html <file>', 'write a page with plots as one HTML file that needs no network')
    .option('--json', 'print JSON');
  return addModelOptions(command)
    .addHelpText('after', examples)
    .action(async (models: string[], options: Options) => {
      const { texts, variant, engine, pool } = options;
      const paths = (await Promise.all(models.map((model) => pathsOf(model, options)))).flat();
      const line = progressLine();
      let soFar: Benchmark | undefined;
      const show = (result: Benchmark) =>
        process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : formatBenchmark(result));
      const result = await benchmark(paths, {
        ...{
          thorough: options.thorough,
          threads: options.threads,
          memory: options.memory,
          tokenizer: options.tokenizer,
        },
        cpuLimit: options.cpuLimit,
        variants: variant,
        engines: engine,
        // Commander gives true for a --no-… option that was not used.
        pools: Array.isArray(pool) ? pool : pool === false ? [] : undefined,
        texts: texts === undefined ? undefined : { texts: await readTexts(texts), source: texts },
        onEstimate: options.json ? undefined : announce,
        onRound: (partial) => {
          soFar = partial;
        },
        onProgress: line.onProgress,
        signal: interruptSignal(),
      })
        .finally(line.done)
        .catch((error: unknown) => {
          if (soFar !== undefined && error instanceof OctavecError && error.code === 'CANCELLED') {
            show(soFar);
            printNote(`interrupted: these are the figures of ${counted(soFar.conditions.rounds, 'round')}`);
          }
          throw error;
        });
      if (options.html !== undefined) {
        await writeOutputFile(options.html, benchmarkPage(result));
      }
      show(result);
    });
}

function announce(seconds: number, subjects: number): void {
  printNote(`measuring ${counted(subjects, 'model')} takes about ${formatDuration(seconds)}`);
}

/** Returns what is measured of a model; for a name, this includes the files that octavec made of it. */
async function pathsOf(name: string, options: Options): Promise<readonly string[]> {
  const found = await namedModel(name, options);
  if (found.variants === undefined) {
    return [found.original];
  }
  const { variant } = options;
  const all = [...(await listOnnxFiles(found.original)), ...((await variantFiles(found)) ?? [])];
  return [...new Set(all)].filter((path) => variant === undefined || variant.includes(variantOfPath(path) ?? ''));
}

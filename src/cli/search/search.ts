import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { nearestName, OctavecError, shellWord } from '../../base/index.js';
import { formatContext, formatResults } from '../../report/index.js';
import { Reranker } from '../../rerank/index.js';
import { Index, type SearchMode, searchModes } from '../../search/index.js';
import { settingsOf } from '../configured.js';
import { interruptSignal } from '../interrupt.js';
import { namedModel } from '../named-model.js';
import { configOption, engineOption, number, positiveInteger } from '../options.js';
import { printNote } from '../print-note.js';
import { type SearchModelFlags, searchModel } from '../search-model.js';
import { checkCommand, migrateCommand, repairCommand } from './maintain.js';

const examples = `
Examples:
  octavec search docs.index "How do I install it?"
  octavec search docs.index "neural networks" --top 3 --filter 'lang = "en" and year >= 2020' --explain
  octavec search docs.index "How do I install it?" --context 2000     texts for a prompt, with their sources
  octavec search docs.index "E1042" --mode text                       by words alone; no model is loaded`;

interface Options extends SearchModelFlags {
  readonly top?: number;
  readonly mode?: SearchMode;
  readonly filter?: string;
  readonly diversity?: number;
  readonly rescore?: 'exact' | number;
  readonly explain?: boolean;
  readonly context?: number;
  readonly rerank?: string;
  readonly model?: string;
  readonly variant?: string;
  readonly json?: boolean;
}

export function searchCommand(): Command {
  return (
    new Command('search')
      .argument('<index>', 'folder of the index, postgres://user@host/database?index=name, or lancedb:folder')
      .argument('<question>', 'what is asked')
      .option('--top <n>', 'most results (default: 10)', positiveInteger)
      .addOption(
        new Option('--mode <mode>', 'by meaning (vector), by words (text), or both (default: hybrid)').choices(
          searchModes,
        ),
      )
      .option('--filter <filter>', 'search only documents with these metadata: lang = "en" and year >= 2020')
      .option('--diversity <share>', 'how much results are to differ, from 0 to 1 (default: 0)', number)
      .option('--rescore <n>', 'rescore so many times as many chunks as are wanted, or exact', rescore)
      .option('--explain', 'show how scores come about')
      .option('--context <tokens>', 'print texts for a prompt, as many as fit, with their sources', positiveInteger)
      .option('--rerank <model>', 'order the best 50 anew by a cross-encoder: model folder or name')
      .option('--model <model>', 'where the model is, if not where it was')
      .option('--variant <name>', 'ask with another variant of the model: int8, fp16, …')
      .addOption(engineOption())
      .option('--threads <n>', 'threads of each session', positiveInteger)
      .option('--offline', 'use what is on this machine, and never the network')
      .addOption(configOption())
      .option('--json', 'print one JSON document')
      // Options behind the name of a subcommand are its own.
      .enablePositionalOptions()
      .addCommand(checkCommand())
      .addCommand(repairCommand())
      .addCommand(migrateCommand())
      .addHelpText('after', examples)
      .action(async (path: string, question: string, options: Options) => {
        const signal = interruptSignal();
        refuseMistyped(path, question);
        const { model, variant, context, top, mode, filter, diversity, rescore, explain } = options;
        await using index = await Index.open(path, {
          ...{ model, variant },
          loadModel: searchModel(options, signal),
          onNote: printNote,
        });
        await using rerank =
          options.rerank === undefined ? undefined : await openReranker(options.rerank, options, signal);
        const how = { rerank, top, mode, filter, diversity, rescore, explain, signal };
        if (context !== undefined) {
          const found = await index.context(question, { ...how, tokens: context });
          process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : formatContext(found));
          return;
        }
        const results = await index.search(question, how);
        process.stdout.write(options.json ? `${JSON.stringify(results)}\n` : formatResults(results));
      })
  );
}

/**
 * Refuses a mistyped subcommand, which would be taken for an index: "search chek docs.index".
 *
 * @throws USAGE
 */
function refuseMistyped(path: string, question: string): void {
  const meant = nearestName(path, ['check', 'repair', 'migrate']);
  if (meant !== undefined && !existsSync(path)) {
    throw new OctavecError('USAGE', {
      problem: `There is no index "${path}"`,
      hint: `Did you mean "octavec search ${meant} ${shellWord(question)}"?`,
    });
  }
}

function rescore(text: string): 'exact' | number {
  return text === 'exact' ? text : number(text);
}

async function openReranker(name: string, options: Options, signal: AbortSignal): Promise<Reranker> {
  const [{ run }, { original }] = await Promise.all([settingsOf(options), namedModel(name, options)]);
  return Reranker.load(original, { ...run, signal });
}

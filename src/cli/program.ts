import { Command, CommanderError } from 'commander';
import { OctavecError, reasonOf, version } from '../base/index.js';
import { commands } from './commands.js';
import { withFlags } from './flags.js';
import { interruptStatus } from './interrupt.js';
import { forgetNotes, holdNotes, releaseNotes } from './print-note.js';
import { checkRequiredLast } from './required-options.js';

const examples = `
Examples:
  octavec quantize ./all-MiniLM-L6-v2 --to int8      make and prove onnx/model_int8.onnx
  octavec convert ./bge-small-en-v1.5                safetensors to ONNX, without PyTorch
  octavec distill ./all-MiniLM-L6-v2 --texts docs.txt a static model of it, tuned on texts of yours
  octavec quantize-all ~/models --to int8            every model below a folder
  octavec verify model_int8.onnx --against ./model   is it good enough? exit status 3 if not
  octavec compare ./all-MiniLM-L6-v2                 all variants side by side, one recommended for each use
  octavec evaluate ./all-MiniLM-L6-v2                retrieval and classification, by MTEB's rules
  octavec embed ./all-MiniLM-L6-v2 "hello world"     one vector as a line of JSON
  octavec index docs --out docs.index                documents of many formats, ready to be searched
  octavec search docs.index "how do I install it?"    the passages that answer a question
  octavec mcp docs.index                             the same for assistants: Claude, VS Code, Cursor
  octavec rerank ./bge-reranker-base --query "…" …   texts from the best answer to the worst
  octavec pull BAAI/bge-small-en-v1.5                fetch a model of the hub; every command takes its name
  octavec publish minilm --as me/minilm --dry-run    the model card of proven variants
  octavec push ./bge-small --app com.example.app     to an Android device, compared there
  octavec models                                     what models are on this machine
  octavec serve ./all-MiniLM-L6-v2                   the APIs of OpenAI, TEI, Ollama and Cohere
  octavec inspect model.onnx                         what it contains, and how small variants would be
  octavec bench ./all-MiniLM-L6-v2                   latency, throughput and memory of all variants
  octavec doctor                                     what this machine can do, and what is wrong with it

octavec.toml holds what you would repeat: gates and limits of your own, texts, tasks, threads (docs/configuration.md in octavec's package).
Exit status: 0 done, 1 failed, 2 bad usage, 3 refused by the quality gate, 130 or 143 interrupted.`;

/** Runs the command line and gives its exit status. Nothing is thrown. */
export async function runCli(given: readonly string[]): Promise<number> {
  const args = given[0] === 'help' ? asHelp(given.slice(1)) : given;
  const json = args.includes('--json');
  const program = new Command('octavec')
    .description('Quantize a text-embedding model, prove its quality, run it and serve it.')
    .version(version)
    // What stands behind the name of a command is parsed by that command alone.
    .enablePositionalOptions()
    .addHelpText('after', examples);
  const words = args.filter((word) => !word.startsWith('-'));
  const [first] = words;
  for (const [name, { description, load }] of Object.entries(commands)) {
    // Of the others the help shows names and descriptions only.
    const command = name === first ? await load() : new Command(name);
    program.addCommand(command.description(description));
  }
  for (const command of withSubcommands(program)) {
    command.exitOverride().showHelpAfterError('(add --help for the options and examples)');
    checkRequiredLast(command);
    if (json) {
      // What is wrong with the usage is reported as every other error is.
      command.configureOutput({ writeErr: () => undefined });
    }
  }
  try {
    if (json) {
      holdNotes();
    }
    const way = words.length === args.length && !Object.hasOwn(commands, first ?? '') ? await theWay(words) : undefined;
    if (way === undefined) {
      await program.parseAsync(args, { from: 'user' });
    } else {
      process.stdout.write(way);
    }
    releaseNotes();
    return 0;
  } catch (error) {
    forgetNotes();
    return report(error, json, program.commands);
  }
}

/** Turns "help models alias" into "models alias --help"; a command that there is not is refused as it is without help. */
function asHelp(words: readonly string[]): readonly string[] {
  const name = words.find((word) => !word.startsWith('-'));
  return name === undefined || Object.hasOwn(commands, name) ? [...words, '--help'] : words;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Returns what is shown when no command is named: what to do, with the model that is named instead of one. */
async function theWay(words: readonly string[]): Promise<string | undefined> {
  const { modelInPlaceOfCommand, wayOf } = await import('./show-way.js');
  const model = await modelInPlaceOfCommand(words);
  return words.length === 0 || model !== undefined ? wayOf(model) : undefined;
}

/** Says that octavec waited for what cannot come any more, a bug of its own, and gives the exit status. */
export function reportLostAnswer(args: readonly string[]): number {
  printError('INTERNAL', 'an error inside octavec, please report it: an answer was lost', args.includes('--json'));
  return interruptStatus() ?? 1;
}

/**
 * Says that the standard output cannot be written any more, and gives the exit status.
 *
 * @returns 0 where whoever read it wants no more ("octavec embed … | head"): there is nothing left to do, and no failure
 */
export function reportLostOutput(error: NodeJS.ErrnoException, args: readonly string[]): number {
  if (error.code === 'EPIPE') {
    return 0;
  }
  const code = error.code === 'ENOSPC' ? 'DISK_FULL' : 'OUTPUT_NOT_WRITABLE';
  const hint = 'What was written is not whole; free some space, or send it elsewhere.';
  printError(code, `Cannot write the output: ${reasonOf(error)}. ${hint}`, args.includes('--json'));
  return 1;
}

function report(error: unknown, json: boolean, commands: readonly Command[]): number {
  if (error instanceof CommanderError) {
    // Asking for help or the version is no failure. Of anything else Commander has told people, but not programs.
    if (error.exitCode !== 0 && json) {
      printError('USAGE', error.message.replace(/^error: /, ''), json);
    }
    return error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof OctavecError) {
    printError(error.code, withFlags(error.message, commands), json);
    return (error.code === 'CANCELLED' ? interruptStatus() : undefined) ?? error.exitStatus;
  }
  const trace = (error as Error)?.stack ?? String(error);
  printError('INTERNAL', `an error inside octavec, please report it:\n${trace}`, json);
  return 1;
}

function printError(code: string, message: string, json: boolean): void {
  process.stderr.write(json ? `${JSON.stringify({ error: { code, message } })}\n` : `error: ${message}\n`);
}

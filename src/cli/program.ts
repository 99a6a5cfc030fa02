import { Command, CommanderError } from 'commander';
import { OctavecError, version } from '../base/index.js';
import { embedCommand } from './embed.js';
import { inspectCommand } from './inspect.js';
import { quantizeCommand } from './quantize.js';
import { verifyCommand } from './verify.js';

const examples = `
Examples:
  octavec quantize ./all-MiniLM-L6-v2 --to int8      make and prove onnx/model_int8.onnx
  octavec verify model_int8.onnx --against ./model   is it good enough? exit status 3 if not
  octavec embed ./all-MiniLM-L6-v2 "hello world"     one vector as a line of JSON
  octavec inspect model.onnx                         what is inside, and what quantizing would bring

Exit status: 0 done, 1 failed, 2 bad usage, 3 the quality gate said no.`;

/** Runs the command line and gives its exit status. Nothing is thrown. */
export async function runCli(args: readonly string[]): Promise<number> {
  const program = new Command('octavec')
    .description('Quantize a text-embedding model, prove its quality, and run it.')
    .version(version)
    .showHelpAfterError('(add --help for the options and examples)')
    .addHelpText('after', examples)
    .exitOverride();
  for (const command of [quantizeCommand(), verifyCommand(), embedCommand(), inspectCommand()]) {
    program.addCommand(inheritExit(command));
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error, args.includes('--json'));
  }
}

function inheritExit(command: Command): Command {
  return command.exitOverride().showHelpAfterError('(add --help for the options and examples)');
}

function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    // Commander has printed its message; asking for help or the version is no failure.
    return error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof OctavecError) {
    const line = json
      ? JSON.stringify({ error: { code: error.code, message: error.message } })
      : `error: ${error.message}`;
    process.stderr.write(`${line}\n`);
    return error.exitStatus;
  }
  process.stderr.write(`error: an error inside octavec, please report it:\n${(error as Error)?.stack ?? error}\n`);
  return 1;
}

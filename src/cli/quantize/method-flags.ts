import { type Command, Option } from 'commander';
import { type MethodOption, methodOptions } from '../../methods/index.js';
import { flagOf } from '../flags.js';
import { number } from '../options.js';

/** Adds the options that single methods have, one flag each. */
export function addMethodFlags(command: Command): Command {
  return methodOptions.reduce((adding, option) => adding.addOption(methodFlag(option)), command);
}

/** Collects the flags that set methods' own options, by their keys. */
export function methodOptionsOf(flags: object): Record<string, unknown> {
  const given = new Map<string, unknown>(Object.entries(flags));
  return Object.fromEntries(methodOptions.map((option) => [option.key, chosenValue(option, given.get(option.key))]));
}

function methodFlag({ key, owners, description, kind, choices, usual }: MethodOption): Option {
  const holds = usual === undefined || usual === false ? '' : ` (default: ${usual})`;
  const text = `${owners.join(', ')}: ${description}${holds}`;
  if (kind === 'boolean') {
    return new Option(flagOf(key), text);
  }
  if (kind === 'number') {
    return new Option(`${flagOf(key)} <x>`, text).argParser(number);
  }
  const placeholder = choices.every((choice) => typeof choice === 'number') ? 'n' : 'name';
  return new Option(`${flagOf(key)} <${placeholder}>`, text).choices(choices.map(String));
}

/** Returns the choice that a word of the command line stands for, which may be a number. */
function chosenValue({ kind, choices }: MethodOption, value: unknown): unknown {
  return kind === 'choice' ? choices.find((choice) => String(choice) === value) : value;
}

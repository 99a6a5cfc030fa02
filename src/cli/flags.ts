import type { Command } from 'commander';

/** Keys of options that have another name on the command line. */
const otherNames: Readonly<Record<string, string>> = {
  engines: 'engine',
  limits: 'limit',
  tasks: 'task',
  variants: 'variant',
  workers: 'pool',
};

/** Returns the flag of an option: "calibrationTable" → "--calibration-table". */
export function flagOf(key: string): string {
  const name = otherNames[key] ?? key;
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Rewrites a message of the library for the command line: options, which the library names by their keys in backticks,
 * become flags. "`calibrationTable`" → "--calibration-table", "`to: int8`" → "--to int8", "`optimize: false`" →
 * "--no-optimize".
 *
 * @param commands whose flags may be meant: a word in backticks that is none of them is left as it is
 */
export function withFlags(message: string, commands: readonly Command[]): string {
  const known = new Set(commands.flatMap(({ options }) => options.map(({ long }) => long)));
  return message.replace(/`([a-z][A-Za-z0-9]*)(?:: ([^`\s]+))?`/g, (whole, key: string, value?: string) => {
    const flag = value === 'false' ? flagOf(key).replace('--', '--no-') : flagOf(key);
    const rest = value === undefined || value === 'true' || value === 'false' ? '' : ` ${value}`;
    return known.has(flag) ? `${flag}${rest}` : whole;
  });
}

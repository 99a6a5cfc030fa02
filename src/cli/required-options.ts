import type { Command } from 'commander';

/**
 * Checks a command's required options after its unknown ones. Commander does it the other way round: it would say of
 * `--qurey` that `--query` is missing, and not how the option that was given is spelled.
 */
export function checkRequiredLast(command: Command): void {
  const required = command.options.filter(({ mandatory }) => mandatory);
  for (const option of required) {
    option.mandatory = false;
  }
  command.hook('preAction', () => {
    const missing = required.find((option) => command.getOptionValue(option.attributeName()) === undefined);
    if (missing !== undefined) {
      command.error(`error: required option '${missing.flags}' not specified`, {
        code: 'commander.missingMandatoryOptionValue',
      });
    }
  });
}

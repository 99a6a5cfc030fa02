import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { OctavecError } from '../../base/index.js';
import { loadSchema } from '../../config/index.js';
import { writeOutputFile } from '../../files/index.js';

const examples = `
Examples:
  octavec init
  octavec init config.toml`;

export function initCommand(): Command {
  return new Command('init')
    .argument('[file]', 'where to', 'octavec.toml')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (file: string, { json }: { readonly json?: boolean }) => {
      if (existsSync(file)) {
        throw new OctavecError('USAGE', {
          problem: `${file} is there already`,
          hint: 'Give another name; octavec overwrites no configuration.',
        });
      }
      const { commentedConfiguration } = await loadSchema();
      await writeOutputFile(file, commentedConfiguration());
      process.stdout.write(json ? `${JSON.stringify({ file })}\n` : `${file}: set what you want to be different\n`);
    });
}

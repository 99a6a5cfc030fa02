import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { OctavecError, reasonOf } from '../../base/index.js';
import { loadSchema } from '../../config/index.js';

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
      await writeFile(file, commentedConfiguration(), { flag: 'wx' }).catch((error) => {
        throw new OctavecError('OUTPUT_NOT_WRITABLE', { path: file, why: reasonOf(error) }, error);
      });
      process.stdout.write(json ? `${JSON.stringify({ file })}\n` : `${file}: set what you want to be different\n`);
    });
}

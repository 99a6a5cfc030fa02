import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { OctavecError } from '../../base/index.js';
import { configurationPaths, loadSchema, readConfiguration } from '../../config/index.js';
import { writeOutputFile } from '../../files/index.js';
import { modelReference, suggestName } from '../../registry/index.js';
import { configOption } from '../options.js';

const examples = `
Examples:
  octavec models alias                                  names of your own, and what they stand for
  octavec models alias set house BAAI/bge-small-en-v1.5
  octavec embed house "hello world"
  octavec models alias remove house

They are kept in octavec.toml, if the working folder has one, else in your own config.toml.`;

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

export function aliasCommand(): Command {
  const alias = new Command('alias').description('list, set and remove names of your own for models');
  alias
    .addCommand(
      subcommand('list', 'list names and what they stand for').action(async ({ config, json }: Options) => {
        const { models } = await readConfiguration({ file: config });
        const aliases = Object.entries(models?.aliases ?? {});
        const lines = aliases.map(([name, model]) => `${name} = ${model}\n`).join('');
        const text = lines || 'There are no aliases; "octavec models alias set NAME MODEL" makes one.\n';
        process.stdout.write(json ? `${JSON.stringify(Object.fromEntries(aliases))}\n` : text);
      }),
      { isDefault: true },
    )
    .addCommand(
      subcommand('set', 'let a name stand for a model')
        .argument('<name>', 'a word of your own')
        .argument('<model>', 'folder, .onnx file, name of the hub, or minilm')
        .action(async (name: string, model: string, options: Options) => change(name, model, options)),
    )
    .addCommand(
      subcommand('remove', 'take a name out')
        .argument('<name>', 'the name')
        .action(async (name: string, options: Options) => change(name, undefined, options)),
    )
    .addHelpText('after', examples);
  return alias;
}

function subcommand(name: string, description: string): Command {
  return new Command(name).description(description).addOption(configOption()).option('--json', 'print JSON');
}

async function change(name: string, model: string | undefined, { config, json }: Options): Promise<void> {
  if (!/^[\w.-]+$/.test(name)) {
    throw new OctavecError('USAGE', {
      problem: `"${name}" cannot be a name of your own`,
      hint: 'Take letters, digits, "-", "_" and ".": names with "/" are those of the hub, or paths.',
    });
  }
  const file = fileToChange(config);
  const { models } = await readConfiguration({ file: existsSync(file) ? file : undefined });
  if (model === undefined && !Object.hasOwn(models?.aliases ?? {}, name)) {
    throw new OctavecError('USAGE', {
      problem: `${file} has no alias "${name}"`,
      hint: `It has ${Object.keys(models?.aliases ?? {}).join(', ') || 'none'}.`,
    });
  }
  const target = model === undefined ? undefined : await written(model, dirname(resolve(file)));
  const before = existsSync(file) ? await readFile(file, 'utf8') : '';
  const { withAlias } = await loadSchema();
  await writeOutputFile(file, withAlias(before, file, name, target));
  const said = target === undefined ? `${name} is taken out of ${file}` : `${name} = ${target}, in ${file}`;
  process.stdout.write(json ? `${JSON.stringify({ file, name, model: target ?? null })}\n` : `${said}\n`);
}

/** Returns the file of highest priority, if it is there. */
function fileToChange(config: string | undefined): string {
  const paths = configurationPaths({ file: config });
  return [...paths].reverse().find((path) => existsSync(path)) ?? paths[0];
}

/** Returns a model as it is written into a file, whose paths are relative to its folder. */
async function written(model: string, folder: string): Promise<string> {
  const reference = await modelReference(model);
  if (reference.kind === 'unknown') {
    throw new OctavecError('FILE_NOT_FOUND', { path: model, what: 'Model', hint: suggestName(model) });
  }
  return reference.kind === 'path' && folder !== process.cwd() ? resolve(reference.path) : model;
}

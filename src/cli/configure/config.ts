import { Command } from 'commander';
import { isRecord, OctavecError, reasonOf } from '../../base/index.js';
import { type ConfigurationLayer, mergedConfiguration, readLayers } from '../../config/index.js';
import { checkConfiguredFiles, placeOfKey } from '../../configured/index.js';
import { gateNamed } from '../../evaluate/index.js';
import { configOption } from '../options.js';

const examples = `
Examples:
  octavec config show                 what counts, and where each of it is set
  octavec config check                find mistakes: unknown keys and gates, wrong types, files that are not there
  octavec config check --config ci.toml`;

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

export function configCommand(): Command {
  return new Command('config')
    .addCommand(subcommand('show', 'print the values that count, with where each comes from').action(show))
    .addCommand(subcommand('check', 'find mistakes in the configuration; exit status 2 if there are any').action(check))
    .addHelpText('after', examples);
}

function subcommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(configOption())
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExample:\n  octavec config ${name}`);
}

async function show({ config, json }: Options): Promise<void> {
  const layers = await readLayers({ file: config });
  const values = valuesOf(layers);
  if (json) {
    process.stdout.write(`${JSON.stringify(values)}\n`);
    return;
  }
  const lines = values.map(({ key, value }) => `${key} = ${JSON.stringify(value)}`);
  const width = Math.max(0, ...lines.map((line) => line.length));
  const shown = lines.map((line, i) => `${line.padEnd(width)}  # ${values[i].from}\n`).join('');
  process.stdout.write(shown || 'Nothing is configured; "octavec init" writes a file to begin with.\n');
}

interface ConfiguredValue {
  /** "embedding.model" */
  readonly key: string;
  readonly value: unknown;
  /** "octavec.toml, line 3" */
  readonly from: string;
}

function valuesOf(layers: readonly ConfigurationLayer[]): ConfiguredValue[] {
  const values = new Map<string, unknown>(layers.flatMap((layer) => leaves(layer.values)));
  return [...values].map(([key, value]) => ({ key, value, from: placeOfKey(layers, key) }));
}

/** Lists what is not a table, with its whole key. */
function leaves(table: object, before = ''): [string, unknown][] {
  return Object.entries(table)
    .filter(([, value]) => value !== undefined)
    .flatMap(([key, value]): [string, unknown][] =>
      isRecord(value) ? leaves(value, `${before}${key}.`) : [[`${before}${key}`, value]],
    );
}

/**
 * Checks that gates which are used, or are like others, are there.
 *
 * @throws SETTINGS_INVALID, which names file and line
 */
function checkGates(layers: readonly ConfigurationLayer[]): void {
  const configuration = mergedConfiguration(layers);
  const { gate, gates = {} } = configuration;
  const used = Object.keys(gates).map((name) => [`gates.${name}`, name]);
  for (const [key, name] of gate === undefined ? used : [['gate', gate], ...used]) {
    try {
      gateNamed(name, configuration);
    } catch (error) {
      throw new OctavecError('SETTINGS_INVALID', { source: placeOfKey(layers, key), why: reasonOf(error) }, error);
    }
  }
}

async function check({ config, json }: Options): Promise<void> {
  const layers = await readLayers({ file: config });
  checkGates(layers);
  await checkConfiguredFiles(layers, 'everything');
  const files = layers.flatMap(({ file }) => file ?? []);
  const said =
    files.length === 0 ? 'There is no configuration; "octavec init" writes one.' : `${files.join(', ')}: no mistakes`;
  process.stdout.write(json ? `${JSON.stringify({ files })}\n` : `${said}\n`);
}

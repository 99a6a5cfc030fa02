/**
 * The reference pages that are made from the program itself. `node scripts/reference.mjs` writes them; a test holds them
 * to the program.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runTool } from './npm.mjs';

const cliPage = 'docs/reference/cli.md';
const configurationPage = 'docs/configuration.md';
const schemaFile = 'data/configuration.schema.json';

/** docs/reference/cli.md, from the commands as they are parsed. */
export function cliReference(commands) {
  const links = commands.map((command) => `- [${command.name()}](#${command.name()}): ${command.description()}`);
  return [
    '# Command line\n',
    '<!-- Made from the program by `node scripts/reference.mjs`. -->\n',
    `${links.join('\n')}\n`,
    'Every command takes `--help`. Exit status: 0 done, 1 failed, 2 bad usage, 3 refused by the quality gate, 130 or 143 interrupted.\n',
    ...commands.flatMap((command) => commandSection(command)),
  ].join('\n');
}

function commandSection(command, before = '') {
  const name = `${before}${command.name()}`;
  const subcommands = command.commands.filter((one) => one.name() !== 'help');
  if (subcommands.length > 0 && before === '') {
    const links = subcommands.map((one) => `- [${name} ${one.name()}](#${name}-${one.name()}): ${one.description()}`);
    return [
      `## ${name}\n`,
      `${command.description()}\n`,
      `${links.join('\n')}\n`,
      ...afterOptions(command),
      ...subcommands.flatMap((one) => commandSection(one, `${name} `)),
    ];
  }
  const argumentRows = command.registeredArguments.map((argument) => [argument.name(), argument.description]);
  const optionRows = command.options.map((option) => [option.flags, described(option)]);
  return [
    `${before === '' ? '##' : '###'} ${name}\n`,
    `${command.description()}\n`,
    `\`\`\`text\noctavec ${name} ${command.usage()}\n\`\`\`\n`,
    ...(argumentRows.length > 0 ? [table(['argument', ''], argumentRows)] : []),
    ...(optionRows.length > 0 ? [table(['option', ''], optionRows)] : []),
    ...afterOptions(command),
  ];
}

/** The text that stands below the options in `--help`: examples and remarks. */
function afterOptions(command) {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  // Help names pages by where the package stands on this machine.
  const rest = help.slice(command.helpInformation().length).replaceAll(join(root, '/'), '').trim();
  return rest === '' ? [] : [`\`\`\`text\n${rest}\n\`\`\`\n`];
}

function described({ description, argChoices, defaultValue, defaultValueDescription, mandatory }) {
  const shown = defaultValueDescription ?? (defaultValue === undefined ? undefined : String(defaultValue));
  const notes = [
    ...(mandatory ? ['required'] : []),
    ...(argChoices ? [`choices: ${argChoices.join(', ')}`] : []),
    ...(shown === undefined || defaultValue === true ? [] : [`default: ${shown}`]),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join('; ')})`;
}

/** The table of keys in docs/configuration.md, from the schema. */
export function configurationTable(schema, variables) {
  const names = Object.fromEntries(Object.entries(variables).map(([variable, key]) => [key, variable]));
  const described = (value) => value.description ?? value.unwrap?.().description ?? '';
  const rows = Object.entries(schema.shape).map(([key, value]) => [key, names[key] ?? '', described(value)]);
  const embedding = Object.entries(schema.shape.embedding.unwrap().shape).map(([key, value]) => [
    key,
    described(value),
  ]);
  return `${table(['key', 'environment', 'meaning'], rows, 2)}\nIn \`[embedding]\`:\n\n${table(['key', 'meaning'], embedding)}`;
}

/** A Markdown table; the first columns hold code. */
function table(headings, rows, codeColumns = 1) {
  const cell = (text, column) => {
    const safe = text.replaceAll('|', '\\|').replaceAll('\n', ' ');
    return column < codeColumns && safe !== '' ? `\`${safe}\`` : safe;
  };
  const lines = [headings, headings.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** The page with a new table between its marks. */
export function withTable(page, made) {
  const [before, , after] = page.split(/(?<=<!-- keys, from the schema -->\n)|(?=<!-- end of keys -->)/);
  return `${before}\n${made}\n${after}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { allCommands } = await import('../dist/cli/commands.js');
  const { environmentVariables, loadSchema } = await import('../dist/config/index.js');
  const { configurationJsonSchema, configurationSchema } = await loadSchema();
  writeFileSync(`${root}${schemaFile}`, `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);
  runTool('@biomejs/biome/bin/biome', 'format', '--write', '--log-level=error', schemaFile);
  writeFileSync(`${root}${cliPage}`, cliReference(await allCommands()));
  const page = readFileSync(`${root}${configurationPage}`, 'utf8');
  writeFileSync(
    `${root}${configurationPage}`,
    withTable(page, configurationTable(configurationSchema, environmentVariables)),
  );
}

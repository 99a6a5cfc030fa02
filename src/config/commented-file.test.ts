import { expect, test } from 'vitest';
import { checkConfiguration } from './check.js';
import { commentedConfiguration, configurationJsonSchema } from './commented-file.js';
import { parseToml } from './parse-toml.js';
import { knownKeys } from './schema.js';

const text = commentedConfiguration();
const setting = /^# (?=[\w-]+ = )/gm;

test('the file as it is written sets nothing', () => {
  expect(checkConfiguration(parseToml(text, 'f'), 'f', text)).toEqual({
    embedding: {},
    hub: {},
    models: { aliases: {} },
    device: {},
  });
});

test('every line that sets a key is sound once its "#" is taken away, and all keys are there', () => {
  const uncommented = text.replace(setting, '');
  const values = checkConfiguration(parseToml(uncommented, 'f'), 'f', uncommented);
  for (const table of ['embedding', 'hub', 'device', 'models'] as const) {
    expect(Object.keys(values[table] ?? {}).sort()).toEqual(knownKeys([table]).sort());
  }
  expect(values).toMatchObject({ threads: 2, gate: 'int8', models: { aliases: { house: 'BAAI/bge-small-en-v1.5' } } });
});

test('each line that may be uncommented is sound alone', () => {
  for (const { index } of text.matchAll(setting)) {
    const one = `${text.slice(0, index)}${text.slice(index + 2)}`;
    expect(() => checkConfiguration(parseToml(one, 'f'), 'f', one)).not.toThrow();
  }
});

test('the schema for editors knows the same keys as the check', () => {
  const { properties, additionalProperties } = configurationJsonSchema() as {
    properties: Record<string, { properties?: object }>;
    additionalProperties: boolean;
  };
  expect(Object.keys(properties).sort()).toEqual(knownKeys([]).sort());
  expect(additionalProperties).toBe(false);
  expect(Object.keys(properties.embedding.properties ?? {})).toEqual(knownKeys(['embedding']));
});

import { expect, test } from 'vitest';
import { isPostgresAddress, postgresPlace } from './address.js';

test('an address has the index as a parameter, and is shown without secrets', () => {
  expect(postgresPlace('postgresql://me:p%40ss@db.example:5433/app?sslmode=require&index=docs')).toEqual({
    connection: 'postgresql://me:p%40ss@db.example:5433/app?sslmode=require',
    schema: '"docs"',
    shown: 'postgres://me@db.example:5433/app?index=docs',
  });
  expect(postgresPlace('postgres://localhost/app').shown).toBe('postgres://localhost/app?index=octavec');
  expect(postgresPlace('postgres:///app?host=/var/run/postgresql&index=a_1').shown).toBe('postgres:///app?index=a_1');
});

test.each(['docs', './postgres', 'postgres', 'https://example.com', 'C:\\postgres'])('%s is none', (text) => {
  expect(isPostgresAddress(text)).toBe(false);
});

test.each(['a"; DROP SCHEMA b', 'Docs', 'public', 'pg_catalog', '1st', '', 'a.b', 'x'.repeat(64)])(
  'the index %j is refused',
  (index) => {
    expect(() => postgresPlace(`postgres://h/d?index=${encodeURIComponent(index)}`)).toThrow(
      'cannot be the name of a schema',
    );
  },
);

test('an address that is no URL is not repeated', () => {
  expect(() => postgresPlace('postgres://me:se/c#ret@[host/db')).toThrow(/^(?!.*ret).*is no URL/);
});

test.each(['order', 'binary', 'x'.repeat(63), '_1'])('the index %s has a schema that SQL can name', (index) => {
  const { schema, shown } = postgresPlace(`postgres://h/d?index=${index}`);
  expect(schema).toBe(`"${index}"`);
  expect(shown).toBe(`postgres://h/d?index=${index}`);
});

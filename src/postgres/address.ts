import { OctavecError } from '../base/index.js';

/** An index in a database. */
export interface PostgresPlace {
  /** What `pg` connects with; it may hold a password, and is never shown. */
  readonly connection: string;
  /** The schema that holds the tables, as SQL writes it: in quotation marks, since it may be a word of SQL. */
  readonly schema: string;
  /** The address as it may be shown. */
  readonly shown: string;
}

const form = 'postgres://user@host/database?index=name';
const usualIndex = 'octavec';
/** Names without any sign that has a meaning in SQL; 63 is PostgreSQL's own limit. */
const schemaName = /^(?!pg_|public$|information_schema$)[a-z_][a-z0-9_]{0,62}$/;

/** Says whether a text is the address of an index in PostgreSQL. */
export function isPostgresAddress(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

/**
 * Reads an address of PostgreSQL as all its tools write it, with one parameter of our own: `index`, the name of the index.
 *
 * @throws USAGE, without the address: it may hold a password
 */
export function postgresPlace(address: string): PostgresPlace {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new OctavecError('USAGE', {
      problem: 'The address of the index is no URL',
      hint: `Write ${form}; in names and passwords write / ? # @ and % as %2F %3F %23 %40 and %25.`,
    });
  }
  const index = url.searchParams.get('index') ?? usualIndex;
  if (!schemaName.test(index)) {
    throw new OctavecError('USAGE', {
      problem: `The index ${JSON.stringify(index)} cannot be the name of a schema`,
      hint: `In ${form} the name has small letters, digits and _, and is not public or pg_….`,
    });
  }
  url.searchParams.delete('index');
  const shown = `postgres://${url.username && `${url.username}@`}${url.host}${url.pathname}?index=${index}`;
  return { connection: url.href, schema: `"${index}"`, shown };
}

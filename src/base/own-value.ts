/**
 * Returns what a table holds under a name that comes from outside; undefined where it has no such entry of its own, as
 * under "constructor".
 */
export function ownValue<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

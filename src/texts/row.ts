/**
 * What a file holds at a place ("line 7", "row 3"): a value, or what is wrong there, so that whoever reads decides
 * whether to go on.
 */
export type Row =
  | {
      readonly place: string;
      /** A text, or an object of fields. */
      readonly value: unknown;
      /** The JSON of it, where it comes from JSON. */
      readonly json?: string;
    }
  | {
      readonly place: string;
      /** "is not JSON" */
      readonly problem: string;
    };

/** Makes a row of a table's fields and headings. */
export function rowOfFields(fields: readonly string[], headings: readonly string[], place: string): Row {
  return fields.length === headings.length
    ? { place, value: Object.fromEntries(fields.map((field, i) => [headings[i], field])) }
    : { place, problem: `has ${fields.length} fields, the headings are ${headings.length}` };
}

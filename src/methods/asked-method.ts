/** A method and the options that it was asked for with, which are checked when the variant is to be made. */
export interface AskedMethod<Id extends string = string> {
  /** Name of the method. */
  readonly id: Id;
  /** Those that were given; for the others holds what the method says. */
  readonly given: object;
}

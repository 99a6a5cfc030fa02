const names = ['fp16', 'int8', 'int8-static', 'q8', 'q4', 'auto'] as const;

/** The name of a way to make a variant. */
export type MethodName = (typeof names)[number];

/**
 * All of them, in the order in which they are listed. They stand here because flags and configurations name them: the
 * methods themselves load half of the library.
 */
export const methodNames: readonly MethodName[] = names;

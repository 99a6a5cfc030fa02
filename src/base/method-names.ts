/** Names a way to make a variant. */
export type MethodName = 'fp16' | 'int8' | 'int8-static' | 'q8' | 'q4' | 'auto';

/**
 * Lists all of them, in the order in which they are shown. They stand here because flags and configurations name them: the
 * methods themselves load half of the library.
 */
export const methodNames: readonly MethodName[] = ['fp16', 'int8', 'int8-static', 'q8', 'q4', 'auto'];

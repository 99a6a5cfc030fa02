/** Writes a text so that a regular expression matches just it: "a.b" → "a\.b". */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

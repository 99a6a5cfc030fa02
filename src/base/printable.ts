/** Control characters (line ends and terminal escapes among them) and marks that change the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Returns text from outside as one line that is safe to show in a terminal or a log. */
export function printable(text: string): string {
  return text
    .replace(/\s+/g, (space) => (/[\r\n]/.test(space) ? ' ' : space))
    .replace(unprintable, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Returns the beginning of a text, for messages about texts that may be of any length. */
export function shortened(text: string, length = 120): string {
  // Half of a character that the cut goes through would be shown as a replacement character.
  const cut = () => text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
  return text.length <= length ? text : `${cut()}… (${text.length} characters)`;
}

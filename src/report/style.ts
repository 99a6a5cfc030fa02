import { styleText } from 'node:util';
import stringWidth from 'string-width';

type Format = Parameters<typeof styleText>[0];

/** How findings are shown in a terminal. */
export interface Style {
  readonly paint: (format: Format, text: string) => string;
  /** Columns that a line may take. */
  readonly columns: number;
}

/** Without colours, for files and tests. */
export const plainStyle: Style = { paint: (_, text) => text, columns: 120 };

/** Chooses colours where the stream is a terminal that wants them (https://no-color.org), and its width. */
export function styleOf(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env): Style {
  const colours = stream.isTTY && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return { paint: colours ? styleText : plainStyle.paint, columns: stream.columns ?? plainStyle.columns };
}

/** Counts the columns that a text takes in a terminal: two for a Chinese character, none for a colour code. */
export function visibleLength(text: string): number {
  return stringWidth(text);
}

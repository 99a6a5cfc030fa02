import { OctavecError, printable, shellWord } from '../../base/index.js';
import {
  type InvalidRow,
  joinSources,
  openTexts,
  someTexts,
  type TextFormat,
  type TextSource,
  textsAsSource,
} from '../../texts/index.js';

/** Flags that say where texts come from. */
export interface SourceFlags {
  readonly file?: string;
  readonly format?: TextFormat;
  readonly field?: string;
  readonly lossy?: boolean;
  readonly onError?: 'fail' | 'skip';
}

/**
 * Returns the texts on the command line, then those of the file.
 *
 * @throws USAGE where there are none, and what `openTexts` throws
 */
export async function sourceOf(
  model: string | undefined,
  given: readonly string[],
  { file, format, field, lossy, onError }: SourceFlags,
  onInvalid: (row: InvalidRow) => void,
): Promise<TextSource> {
  if (file === undefined) {
    if (given.length === 0) {
      throw new OctavecError('USAGE', {
        problem:
          model === undefined
            ? 'There are no texts'
            : `There are no texts: "${printable(model)}", which comes first, was taken for the model`,
        hint:
          model === undefined
            ? 'Give the model and then texts, or --file <file>.'
            : `Give the model and then texts, or --file <file>. With the embedded model: octavec embed minilm ${shellWord(printable(model))}`,
      });
    }
    return textsAsSource(given);
  }
  const source = someTexts(
    await openTexts(file, { format, field, lossy, onInvalid: onError === 'skip' ? onInvalid : undefined }),
  );
  return given.length === 0 ? source : joinSources(textsAsSource(given), source);
}

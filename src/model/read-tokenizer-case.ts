import { readJsonFile } from './json-file.js';
import { fields, flag, ifRight, text } from './json-shapes.js';

const tokenizerConfig = fields({ tokenizer_class: ifRight(text), do_lower_case: ifRight(flag) });

/** Classes of transformers that make their normalizer from `do_lower_case`, whatever tokenizer.json says. */
const casedByConfig = /^(Bert|DistilBert|MPNet|Electra|MobileBert|SqueezeBert|ConvBert|RoFormer)Tokenizer(Fast)?$/;
const architectures = new Set(['bert', 'distilbert', 'mpnet', 'electra', 'mobilebert', 'squeezebert', 'convbert']);

/**
 * Tells whether the tokenizer lower-cases, by tokenizer_config.json; undefined where that file does not say.
 *
 * @param path of tokenizer_config.json
 * @param architecture `model_type`, by which transformers finds the class where none is named
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function readTokenizerCase(
  path: string,
  architecture: string | null | undefined,
): Promise<boolean | undefined> {
  const config = await readJsonFile(path, tokenizerConfig);
  const named = config?.tokenizer_class;
  const decides = named == null ? architectures.has(architecture ?? '') : casedByConfig.test(named);
  return decides ? config?.do_lower_case : undefined;
}

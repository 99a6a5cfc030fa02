import type { CardFacts } from './card-facts.js';

/** Writes how each library loads a published model, as sections of its card. */
export function hubUsage({ repository, head, variants, width }: CardFacts): string {
  const [{ variant }] = variants;
  const pooling = head.pooling[0];
  const options = `{ pooling: '${pooling === 'lasttoken' ? 'last_token' : pooling}', normalize: ${head.normalize} }`;
  const hasPlainHead = head.dense.length === 0 && head.pooling.length === 1;
  const sections: readonly (readonly [name: string, language: string, code: string] | false)[] = [
    ['octavec', 'sh', `npx octavec embed ${repository} --variant ${variant} "hello world"`],
    hasPlainHead &&
      Object.hasOwn(dtypes, variant) && [
        'transformers.js',
        'js',
        `import { pipeline } from '@huggingface/transformers';

const embed = await pipeline('feature-extraction', '${repository}', { dtype: '${dtypes[variant]}' });
const vectors = await embed(['hello world'], ${options});`,
      ],
    [
      'sentence-transformers',
      'python',
      `from sentence_transformers import SentenceTransformer

model = SentenceTransformer("${repository}", backend="onnx", model_kwargs={"file_name": "onnx/model_${variant}.onnx"})
vectors = model.encode(["hello world"])`,
    ],
    hasPlainHead &&
      (pooling === 'mean' || pooling === 'cls') && [
        'fastembed',
        'python',
        `from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

TextEmbedding.add_custom_model(
    model="${repository}", pooling=PoolingType.${pooling.toUpperCase()}, normalization=${head.normalize ? 'True' : 'False'},
    sources=ModelSource(hf="${repository}"), dim=${width}, model_file="onnx/model_${variant}.onnx")
vectors = list(TextEmbedding("${repository}").embed(["hello world"]))`,
      ],
  ];
  return sections
    .filter((section) => section !== false)
    .map(([name, language, code]) => `### ${name}\n\n\`\`\`${language}\n${code}\n\`\`\`\n`)
    .join('\n');
}

/** What transformers.js calls the files that octavec makes; it finds no others. */
const dtypes: Readonly<Record<string, string>> = { int8: 'int8', fp16: 'fp16', q4: 'q4', uint8: 'uint8' };

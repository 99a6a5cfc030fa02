import type { ModelFiles } from '../model/index.js';
import { type ExportTarget, targetFacts, transformersJsType } from './targets.js';

/** Writes how a program loads an exported folder, ready to be copied. */
export function usageOf(
  target: ExportTarget,
  folder: string,
  { head, maxTokens }: Pick<ModelFiles, 'head' | 'maxTokens'>,
  { variant, width }: { readonly variant?: string; readonly width: number },
): string {
  const path = JSON.stringify(folder);
  const file = targetFacts[target].file(variant);
  const { normalize } = head;
  const pooling = head.pooling[0];
  switch (target) {
    case 'transformers.js': {
      const options = `{ pooling: '${pooling === 'lasttoken' ? 'last_token' : pooling}', normalize: ${normalize} }`;
      return `import { env, pipeline } from '@huggingface/transformers';

env.allowRemoteModels = false;
env.localModelPath = '/';
const embed = await pipeline('feature-extraction', ${path}, { dtype: '${transformersJsType(variant)[1]}' });
const vectors = await embed(['hello world'], ${options});`;
    }
    case 'sentence-transformers':
      return `from sentence_transformers import SentenceTransformer

model = SentenceTransformer(${path}, backend="onnx", model_kwargs={"file_name": "${file}"})
vectors = model.encode(["hello world"])`;
    case 'fastembed':
      return `from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

TextEmbedding.add_custom_model(
    model="octavec/exported", pooling=PoolingType.${pooling.toUpperCase()}, normalization=${normalize ? 'True' : 'False'},
    sources=ModelSource(hf="octavec/exported"), dim=${width}, model_file="${file}")
model = TextEmbedding("octavec/exported", specific_model_path=${path})
vectors = list(model.embed(["hello world"]))`;
    case 'tei':
      return `text-embeddings-router --model-id ${shellWord(folder)} --dtype float32${normalize ? '' : '   # ask for "normalize": false'}`;
    default:
      return `import onnxruntime
from tokenizers import Tokenizer

session = onnxruntime.InferenceSession(${JSON.stringify(`${folder}/${file}`)})
tokenizer = Tokenizer.from_file(${JSON.stringify(`${folder}/tokenizer.json`)})
tokenizer.enable_truncation(${maxTokens})
tokenizer.no_padding()
# Then: ${head.pooling.join(' and ')} over the last hidden states${head.dense.length > 0 ? ', the dense layers' : ''}${normalize ? ', and scaling to length 1' : ''}.`;
  }
}

/** Writes a path as a shell reads it as one word, whatever stands in it. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

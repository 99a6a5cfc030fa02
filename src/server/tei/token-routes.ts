import { Problem } from '../../http/index.js';
import type { App, ServerContext } from '../context.js';
import { checkTextsOf } from '../embed-inputs.js';
import { checkBatch, checkSize, inTeisWords } from './checks.js';
import { teiRoute } from './route-schema.js';
import * as schemas from './schemas.js';
import { teiTokens } from './tokens.js';

/** Adds the routes of TEI between texts and tokens: `/tokenize`, `/decode`. */
export function tokenRoutes(app: App, { shelf, limits }: ServerContext): void {
  app.post(
    '/tokenize',
    teiRoute('Cut texts into tokens', schemas.tokenizeRequest, schemas.tokenizeResponse),
    async (request) => {
      const { inputs, add_special_tokens: addSpecialTokens, prompt_name } = request.body;
      const texts = checkBatch([inputs].flat(), limits.maxClientBatchSize) as string[];
      checkTextsOf(texts);
      return shelf
        .use(shelf.first, (embedder) =>
          teiTokens(embedder, texts, {
            addSpecialTokens,
            promptName: prompt_name ?? undefined,
          }),
        )
        .catch((error) => Promise.reject(inTeisWords(error)));
    },
  );

  app.post(
    '/decode',
    teiRoute('Put token ids together to texts', schemas.decodeRequest, schemas.decodeResponse),
    async (request): Promise<string[]> => {
      const { ids, skip_special_tokens: skipSpecialTokens } = request.body;
      const lists = (typeof ids[0] === 'number' ? [ids] : ids) as number[][];
      if (lists.length === 0) {
        throw new Problem('empty', '`ids` cannot be empty');
      }
      checkSize(lists.length, limits.maxClientBatchSize);
      if (lists.some(({ length }) => length === 0)) {
        throw new Problem('empty', '`input_ids` cannot be empty');
      }
      const texts = await shelf.use(shelf.first, (embedder) => embedder.decode(lists, { skipSpecialTokens }));
      return [...texts];
    },
  );
}

import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { listAnswer, Problem } from '../../http/index.js';
import { cosine, type Matrix, shortNumbersAsJson } from '../../numbers/index.js';
import { embedFor, overLongOf, type ServerContext, whileWanted } from '../context.js';
import { checkTextsOf, type Input, loadOf } from '../embed-inputs.js';
import { checkBatch, checkSize, inTeisWords } from './checks.js';
import type * as schemas from './schemas.js';

type Embed = z.output<typeof schemas.embedRequest>;
type EmbedAll = z.output<typeof schemas.embedAllRequest>;
type Similarity = z.output<typeof schemas.similarityRequest>;
type Truncation = Pick<Embed, 'truncate' | 'truncation_direction' | 'prompt_name'>;

/** What TEI does with models that give vectors. */
export interface EmbedTasks {
  readonly embed: (asked: Embed, reply: FastifyReply) => Promise<readonly Float32Array[]>;
  /** Gives JSON: a vector for each token of each input. */
  readonly embedAll: (asked: EmbedAll, reply: FastifyReply) => Promise<string | Readable>;
  /** Gives JSON. */
  readonly similarity: (asked: Similarity, reply: FastifyReply) => Promise<string>;
}

/** Returns TEI's tasks for models that give vectors, done by the first model. */
export function embedTasks(context: ServerContext): EmbedTasks {
  const { shelf, limits } = context;

  async function embed({ inputs, normalize, dimensions, ...truncation }: Embed, reply: FastifyReply) {
    const wanted = dimensions ?? undefined;
    await checkDimensions(context, wanted);
    const batch = checkBatch(inputsOf(inputs), limits.maxClientBatchSize);
    return vectorsOf(batch, truncation, reply, { normalize, dimensions: wanted });
  }

  async function embedAll({ inputs, ...truncation }: EmbedAll, reply: FastifyReply): Promise<string | Readable> {
    const batch = checkBatch(inputsOf(inputs), limits.maxClientBatchSize);
    checkTextsOf(batch);
    const states = await shelf
      .use(shelf.first, async (embedder) => {
        const texts = await Promise.all(
          batch.map(async (one) =>
            typeof one === 'string' ? one : (await embedder.decode([one], { skipSpecialTokens: true }))[0],
          ),
        );
        return whileWanted(context, loadOf(shelf.first, batch, 'tokens'), reply, (signal) =>
          embedder.hiddenStates(texts, { ...textOptions(truncation), signal }),
        );
      })
      .catch((error) => Promise.reject(inTeisWords(error)));
    return statesAsJson(states);
  }

  async function similarity({ inputs, parameters }: Similarity, reply: FastifyReply): Promise<string> {
    if (inputs.sentences.length === 0) {
      throw new Problem('empty', '`inputs.sentences` cannot be empty');
    }
    checkSize(inputs.sentences.length + 1, limits.maxClientBatchSize);
    const truncation = parameters ?? { truncation_direction: 'Right' as const };
    const texts = checkBatch([inputs.source_sentence, ...inputs.sentences], Number.POSITIVE_INFINITY);
    const [source, ...others] = await vectorsOf(texts, truncation, reply, { normalize: true });
    return shortNumbersAsJson(Float32Array.from(others, (vector) => cosine(source, vector)));
  }

  async function vectorsOf(
    inputs: readonly Input[],
    truncation: Truncation,
    reply: FastifyReply,
    more: { readonly normalize?: boolean; readonly dimensions?: number },
  ): Promise<readonly Float32Array[]> {
    const asked = { ...more, inputs, ...textOptions(truncation) };
    const { vectors } = await embedFor(context, shelf.first, asked, reply).catch((error) =>
      Promise.reject(inTeisWords(error)),
    );
    return vectors;
  }

  function textOptions({ truncate, truncation_direction, prompt_name }: Truncation) {
    const side = /left/i.test(truncation_direction) ? 'left' : 'right';
    return { promptName: prompt_name ?? undefined, ...overLongOf(context, truncate, side) };
  }

  return { embed, embedAll, similarity };
}

async function checkDimensions({ shelf }: ServerContext, dimensions: number | undefined): Promise<void> {
  if (dimensions === undefined) {
    return;
  }
  if (dimensions < 1) {
    throw new Problem('invalid', '`dimensions` should be positive', 'dimensions');
  }
  const width = await shelf.use(shelf.first, async (embedder) => embedder.width);
  if (dimensions > width) {
    const what = '`dimensions` should be smaller than the maximum embedding dimension.';
    throw new Problem('invalid', what, 'dimensions');
  }
}

function inputsOf(inputs: Embed['inputs']): readonly Input[] {
  return typeof inputs === 'string' || typeof inputs[0] === 'number' ? [inputs as Input] : (inputs as readonly Input[]);
}

/** Writes the vectors of tokens as a list for each text. Each token is an item: a long text would be a large piece. */
function statesAsJson(states: readonly Matrix[]): string | Readable {
  const rows = states.flatMap(({ data, columns }) => {
    const last = data.length / columns - 1;
    return Array.from({ length: last + 1 }, (_, i) => ({ data, columns, i, last }));
  });
  const rowAsJson = ({ data, columns, i, last }: (typeof rows)[number]) =>
    `${i === 0 ? '[' : ''}${shortNumbersAsJson(data.subarray(i * columns, (i + 1) * columns))}${i === last ? ']' : ''}`;
  return listAnswer('[', rows, rowAsJson, ']');
}

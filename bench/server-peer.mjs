/**
 * A plain server, as it is written in an afternoon: fastify and the pipeline of transformers.js in q8. Its packages
 * come from another folder: `node bench/server-peer.mjs <folder with node_modules> <model folder>`.
 */
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, model] = process.argv.slice(2);
const { resolve } = createRequire(pathToFileURL(join(packages, 'package.json')));
const { pipeline, env } = await import(pathToFileURL(resolve('@huggingface/transformers')).href);
const { default: fastify } = await import(pathToFileURL(resolve('fastify')).href);

env.allowRemoteModels = false;
env.localModelPath = dirname(model);
const embed = await pipeline('feature-extraction', basename(model), { dtype: 'q8' });
const app = fastify();
app.post('/v1/embeddings', async (request) => {
  const texts = [request.body.input].flat();
  const output = await embed(texts, { pooling: 'mean', normalize: true });
  const data = output.tolist().map((embedding, index) => ({ object: 'embedding', index, embedding }));
  return { object: 'list', data, model: 'minilm', usage: { prompt_tokens: 0, total_tokens: 0 } };
});
process.stderr.write(`listening on ${await app.listen({ port: 0, host: '127.0.0.1' })}\n`);

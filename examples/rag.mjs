/**
 * Answers a question from a folder of documents: octavec finds the passages, a chat model of yours writes the answer.
 *
 *     node rag.mjs docs "How do I install it?"
 *
 * CHAT_URL names an API in OpenAI's form, such as http://127.0.0.1:11434/v1/chat/completions of Ollama, with CHAT_MODEL and
 * CHAT_KEY where it asks for them. Without it the prompt is printed.
 */
import { describePlace, Index } from 'octavec/search';

const [folder = 'node_modules/octavec/docs/how-to', question = 'How do I refuse a bad model in CI?'] =
  process.argv.slice(2);
const { CHAT_URL, CHAT_MODEL = 'gpt-4o-mini', CHAT_KEY } = process.env;

const index = await Index.open('rag.index', { model: 'minilm', variant: 'int8' });
await index.update([folder]); // the next time, only what has changed is embedded
const { text, sources } = await index.context(question, { tokens: 1000 });
await index.close();

const prompt = `Answer from these sources alone, and name them by their numbers.\n\n${text}\n\nQuestion: ${question}`;
console.log(CHAT_URL === undefined ? prompt : await answerTo(prompt));
console.log(`\n${sources.map((source, i) => `[${i + 1}] ${describePlace(source)}`).join('\n')}`);

/** Hands a prompt to any API in OpenAI's form. */
async function answerTo(content) {
  const response = await fetch(CHAT_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(CHAT_KEY && { authorization: `Bearer ${CHAT_KEY}` }) },
    body: JSON.stringify({ model: CHAT_MODEL, messages: [{ role: 'user', content }] }),
  });
  if (!response.ok) {
    throw new Error(`${CHAT_URL} answers with status ${response.status}: ${await response.text()}`);
  }
  return (await response.json()).choices[0].message.content;
}

if (!sources.some(({ document }) => document.startsWith('how-to/')) && process.argv.length === 2) {
  throw new Error('The guides do not answer the question');
}

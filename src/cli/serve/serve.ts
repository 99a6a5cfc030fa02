import { Command, InvalidArgumentError, Option } from 'commander';
import { methodNames } from '../../base/index.js';
import { defaultLimits, serve } from '../../server/index.js';
import {
  configOption,
  deviceOption,
  engineOption,
  memoryOption,
  port,
  positiveInteger,
  positiveNumber,
  wordList,
} from '../options.js';
import { searchModel } from '../search-model.js';
import { openIndexes } from './indexes.js';
import { servedModels } from './models.js';
import { type ServeFlags, serverOptions, serveSettings } from './settings.js';
import { runUntilInterrupted } from './until-interrupted.js';

const examples = `
Examples:
  octavec serve sentence-transformers/all-MiniLM-L6-v2 --to int8
  octavec serve ./all-MiniLM-L6-v2 --variant int8
  octavec serve ./bge-small ./e5-small --alias text-embedding-3-small=bge-small
  octavec serve --index docs.index --index wiki=./wiki.index
  octavec serve ./model --host 0.0.0.0 --port 8080 --api-key-file keys.txt

  curl http://127.0.0.1:3000/v1/embeddings -H 'content-type: application/json' -d '{"input": "hello"}'

Options can stand in the environment, where they have the names of Text Embeddings Inference (--max-client-batch-size is
MAX_CLIENT_BATCH_SIZE, the model MODEL_ID), and in the table [server] of octavec.toml (maxClientBatchSize).
SIGTERM finishes what runs and ends. Changed settings, keys and models take effect while it runs; SIGHUP reloads all.`;

/** Makes an option that the environment can set as well, under TEI's rule: its name in capitals. */
function option(flags: string, text: string, parse?: (text: string) => unknown): Option {
  const made = new Option(flags, text);
  made.env(made.long?.slice(2).replace(/^no-/, '').replaceAll('-', '_').toUpperCase() ?? '');
  return parse === undefined ? made : made.argParser(parse);
}

export function serveCommand(): Command {
  return new Command('serve')
    .argument(
      '[models...]',
      'model folders, .onnx files or names of the hub; the first is served where a request names none (default: minilm)',
    )
    .addOption(option('--variant <name>', 'which file of the folders: int8, q4, … (default: the highest precision)'))
    .option('--alias <name=model>', 'another name for a model; may be repeated', wordList)
    .addOption(option('--served-model-name <name>', 'what clients call the first model'))
    .addOption(option('--default-prompt-name <name>', "the model's prompt where a request names none"))
    .addOption(option('--default-prompt <text>', 'text to use in its place'))
    .addOption(
      new Option('--to <method>', 'make this variant first, prove it, and serve it; kept in the cache').choices(
        methodNames,
      ),
    )
    .option('--index <index>', 'search this index under /search: its folder, or name=folder; may be repeated', each)
    .option('--index-writable', 'let clients add and remove documents')
    .option('--force', 'also serve variants that their gate refused')
    .option('--offline', 'use what is on this machine, and never the network')
    .addOption(option('--host <address>', 'address to listen on (default: 127.0.0.1)'))
    .addOption(option('--port <n>', 'port to listen on (default: 3000)', port))
    .addOption(option('--health-port <n>', 'a second port, for /health alone: never behind other requests', port))
    .addOption(option('--uds-path <path>', 'listen on a Unix domain socket instead'))
    .option('--tls-cert <file>', 'certificate in PEM, for HTTPS')
    .option('--tls-key <file>', 'its key')
    .addOption(option('--api-key <key>', 'ask for this key'))
    .addOption(option('--api-key-file <file>', 'ask for one of these keys, one a line, plain or as sha256:<hash>'))
    .addOption(option('--rate-limit <n>', 'requests a minute for each key', positiveInteger))
    .addOption(option('--cors-allow-origin <origins>', 'origins that browsers may call from').argParser(wordList))
    .addOption(engineOption())
    .addOption(deviceOption())
    .option('--threads <n>', 'threads of each session (default: as many CPUs as are granted)', positiveInteger)
    .option('--workers <n>', 'sessions side by side', positiveInteger)
    .addOption(memoryOption())
    .addOption(new Option('--isolation <kind>', 'where ONNX Runtime runs').choices(['thread', 'process']))
    .addOption(
      option(
        '--max-concurrent-requests <n>',
        `more are answered with 429 (default: ${defaultLimits.maxConcurrentRequests})`,
        positiveInteger,
      ),
    )
    .addOption(
      option(
        '--max-client-batch-size <n>',
        `inputs of one request on TEI's routes (default: ${defaultLimits.maxClientBatchSize})`,
        positiveInteger,
      ),
    )
    .addOption(
      option('--payload-limit <bytes>', `of one body (default: ${defaultLimits.payloadLimit})`, positiveInteger),
    )
    .addOption(
      option(
        '--request-timeout <seconds>',
        `until a request is given up (default: ${defaultLimits.requestTimeout})`,
        positiveNumber,
      ),
    )
    .addOption(
      option(
        '--memory-budget <MB>',
        'memory for all loaded models; the least recently used is unloaded first',
        positiveNumber,
      ),
    )
    .addOption(option('--unload-after <seconds>', 'unload a model that nobody asks for', positiveNumber))
    .addOption(option('--cache-size <MB>', 'keep vectors of recent texts (default: none)', positiveNumber))
    .addOption(
      option('--auto-truncate [boolean]', 'cut over-long texts where a request does not say (default: true)', boolean),
    )
    .option('--no-auto-truncate', 'refuse them')
    .option('--any-model-name', 'serve unknown model names with the only model')
    .addOption(
      option('--log-level <level>', 'lines of JSON on standard error (default: warn)').choices([
        ...['error', 'warn', 'info', 'debug'],
      ]),
    )
    .addOption(configOption())
    .addHelpText('after', examples)
    .action(async (paths: string[], flags: ServeFlags) => {
      const settings = await serveSettings(flags);
      const { MODEL_ID: named } = process.env;
      const given = paths.length > 0 ? paths : named ? [named] : (settings.models ?? ['minilm']);
      const { models, onnxPaths } = await servedModels(given, settings);
      const { index = [], indexWritable = false } = settings;
      await using open = await openIndexes(index, searchModel({ ...settings, pool: settings.workers }), indexWritable);
      const server = await serve({ ...(await serverOptions(settings)), models, indexes: open.indexes, indexWritable });
      await runUntilInterrupted(server, flags, settings, onnxPaths);
    });
}

/** Collects the values of an option that may be repeated. */
function each(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Parses a Boolean as the environment of Text Embeddings Inference has it. */
function boolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') {
    throw new InvalidArgumentError('It must be true or false.');
  }
  return text === 'true';
}

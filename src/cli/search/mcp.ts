import { Command } from 'commander';
import { OctavecError, printable, whenAborted } from '../../base/index.js';
import { serveHttp, serveStdio } from '../../mcp/index.js';
import { Index } from '../../search/index.js';
import { interruptSignal } from '../interrupt.js';
import { readKeyFile } from '../key-file.js';
import { configOption, engineOption, port, positiveInteger } from '../options.js';
import { printNote } from '../print-note.js';
import { type SearchModelFlags, searchModel } from '../search-model.js';

const examples = `
Examples:
  octavec mcp docs.index                        for a client that starts it: Claude, VS Code, Cursor, …
  octavec mcp docs.index --http                 at http://127.0.0.1:3001/mcp, for programs on this machine
  octavec mcp docs.index --http 8080 --api-key-file keys.txt

  { "mcpServers": { "docs": { "command": "npx", "args": ["octavec", "mcp", "/home/me/docs.index"] } } }

Assistants get two tools: search (passages that answer a question) and fetch (the text around one). They read the index and nothing
else, and cannot change it. Changes that "octavec index" makes meanwhile are seen. It needs: npm install @modelcontextprotocol/sdk`;

const usualPort = 3001;

interface Options extends SearchModelFlags {
  /** The port; true by --http alone. */
  readonly http?: number | true;
  readonly apiKeyFile?: string;
  readonly model?: string;
  readonly variant?: string;
}

export function mcpCommand(): Command {
  return new Command('mcp')
    .argument('<index>', 'folder of the index')
    .option(
      '--http [port]',
      `serve Streamable HTTP on this machine, not the standard input and output (default port: ${usualPort})`,
      port,
    )
    .option('--api-key-file <file>', 'with --http: accepted keys, one a line, or their hashes as sha256:…')
    .option('--model <model>', 'where the model is, if not where it was')
    .option('--variant <name>', 'ask with another variant of the model: int8, fp16, …')
    .addOption(engineOption())
    .option('--threads <n>', 'threads of each session', positiveInteger)
    .option('--offline', 'use what is on this machine, and never the network')
    .addOption(configOption())
    .addHelpText('after', examples)
    .action(async (path: string, options: Options) => {
      const { http, apiKeyFile, model, variant } = options;
      if (apiKeyFile !== undefined && http === undefined) {
        throw new OctavecError('USAGE', { problem: 'Keys are asked for over HTTP alone', hint: 'Add --http.' });
      }
      const apiKeys = apiKeyFile === undefined ? [] : await readKeyFile(apiKeyFile);
      const signal = interruptSignal();
      await using index = await Index.open(path, {
        ...{ model, variant },
        loadModel: searchModel(options, signal),
        onNote: printNote,
      });
      const onError = (message: string) => void process.stderr.write(`error: ${printable(message)}\n`);
      if (http === undefined) {
        await serveStdio(index, { signal, onError });
        return;
      }
      await using server = await serveHttp(index, { port: http === true ? usualPort : http, apiKeys, onError });
      process.stderr.write(`listening on ${server.url}\n`);
      await whenAborted(signal);
    });
}

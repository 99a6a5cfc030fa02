import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { embeddedModel } from '../support/golden-texts.js';
import { hubServer } from '../support/hub-server.js';
import { temporaryFolder } from './octavec.js';

/** A mistake that users make, and what they are told: what is wrong, where, and what to do. */
interface Mistake {
  readonly what: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** octavec.toml in the working folder. */
  readonly toml?: string;
  readonly status: number;
  readonly says: readonly RegExp[];
}

const embed = (model: string) => ['embed', model, 'hello'];
const toy = 'toys/minilm';
const nowhere = 'http://127.0.0.1:2';

const mistakes: readonly Mistake[] = [
  // Names.
  {
    what: 'a name without its owner',
    args: embed('bge-small-en-v1.5'),
    status: 1,
    says: [/Did you mean BAAI\/bge-small-en-v1\.5\?/],
  },
  {
    what: 'a typing error',
    args: embed('bge-smal-en-v1.5'),
    status: 1,
    says: [/Did you mean BAAI\/bge-small-en-v1\.5\?/],
  },
  {
    what: 'a known name in another case',
    args: embed('baai/BGE-small-en-v1.5'),
    status: 1,
    says: [/did you mean BAAI\/bge-small-en-v1\.5\?/],
  },
  {
    what: 'a name that nobody has',
    args: embed('toys/none'),
    status: 1,
    says: [/toys\/none/, /Check the name; for what is private set HF_TOKEN/],
  },
  { what: 'a revision that is not there', args: embed(`${toy}@v9`), status: 1, says: [/no such revision/] },
  { what: 'two slashes', args: embed('org/sub/name'), status: 1, says: [/not found: org\/sub\/name/, /owner\/name/] },
  {
    what: 'a data set in place of a model',
    args: embed('datasets/toys/sts'),
    status: 1,
    says: [/not found: datasets\/toys\/sts/],
  },
  {
    what: 'a file of another site',
    args: embed('https://example.com/model.onnx'),
    status: 1,
    says: [/download the model, and give its folder/],
  },
  {
    what: 'an address of the hub that is no model',
    args: embed('https://huggingface.co/models'),
    status: 1,
    says: [/Addresses of/],
  },
  { what: 'the command forgotten', args: ['no-such-model'], status: 2, says: [/unknown command/] },
  {
    what: 'the model forgotten',
    args: ['embed', 'hello world'],
    status: 2,
    says: [/octavec embed minilm 'hello world'/],
  },
  // Access.
  {
    what: 'a gated model without a token',
    args: embed('toys/gated'),
    status: 1,
    says: [/conditions must be accepted on its page/, /HF_TOKEN/],
  },
  {
    what: 'an expired token',
    args: embed('toys/gated'),
    env: { HF_TOKEN: 'old' },
    status: 1,
    says: [/conditions must be accepted|does not accept the token/, /HF_TOKEN/],
  },
  {
    what: 'no network',
    args: embed(toy),
    env: { HF_ENDPOINT: nowhere },
    status: 1,
    says: [/ECONNREFUSED/, /Check the network, or HF_ENDPOINT/],
  },
  {
    what: 'a host that is not there',
    args: embed(toy),
    env: { HF_ENDPOINT: 'http://no.invalid' },
    status: 1,
    says: [/no\.invalid/, /HF_ENDPOINT/],
  },
  {
    what: 'an endpoint that is no address',
    args: embed(toy),
    env: { HF_ENDPOINT: 'hf-mirror.com' },
    status: 2,
    says: [/HF_ENDPOINT/, /https:\/\/hf-mirror\.com/],
  },
  {
    what: 'a proxy that does not answer',
    args: embed(toy),
    env: { HTTP_PROXY: nowhere, HF_ENDPOINT: 'http://hub.invalid' },
    status: 1,
    says: [/through the proxy http:\/\/127\.0\.0\.1:2, which HTTP_PROXY names/],
  },
  {
    what: 'a proxy that is no address',
    args: embed(toy),
    env: { HTTP_PROXY: 'socks5://p:1', HF_ENDPOINT: 'http://hub.invalid' },
    status: 2,
    says: [/HTTP_PROXY is no address of a proxy/],
  },
  {
    what: 'offline, and not here',
    args: [...embed(toy), '--offline'],
    status: 1,
    says: [/does not have the model toys\/minilm/, /octavec pull/],
  },
  { what: 'a repository without a model', args: embed('toys/gguf'), status: 1, says: [/it has GGUF files/] },
  { what: 'a precision that is not there', args: ['pull', toy, '--precision', 'q4'], status: 1, says: [/q4/] },
  {
    what: 'a cache that cannot be written',
    args: ['pull', toy],
    env: { HF_HUB_CACHE: '/proc/hub' },
    status: 1,
    says: [/Cannot write \/proc\/hub/],
  },
  // Files.
  {
    what: 'a path that is not there',
    args: embed('./modle'),
    status: 1,
    says: [/not found: \.\/modle/, /it counts from/],
  },
  { what: '~ in quotes', args: embed('~/no-such-model'), status: 1, says: [/no-such-model/, /Check the path/] },
  {
    what: 'separators of Windows',
    args: embed('models\\minilm'),
    status: 1,
    says: [/Paths have "\/" on this system: models\/minilm/],
  },
  { what: 'PyTorch weights', args: embed('weights.pt'), status: 1, says: [/weights\.pt is .*PyTorch/] },
  { what: 'a pickle', args: embed('pytorch_model.bin'), status: 1, says: [/pytorch_model\.bin is .*PyTorch/] },
  { what: 'a GGUF file', args: embed('model.gguf'), status: 1, says: [/model\.gguf is .*GGUF/] },
  { what: 'safetensors', args: embed('model.safetensors'), status: 1, says: [/octavec convert/] },
  {
    what: 'a web page in place of a model',
    args: embed('page.onnx'),
    status: 1,
    says: [/page\.onnx is not an ONNX model/, /web page/],
  },
  { what: 'a pointer of Git LFS', args: embed('pointer.onnx'), status: 1, says: [/pointer\.onnx/, /git lfs pull/] },
  {
    what: 'an empty folder',
    args: embed('empty'),
    status: 1,
    says: [/No ONNX model in \S+empty .* The folder is empty\. Fetch/],
  },
  {
    what: 'a sentence-transformers folder without a model',
    args: embed('halfway'),
    status: 1,
    says: [/and no weights: fetch all of it/],
  },
  { what: 'no tokenizer', args: embed('bare'), status: 1, says: [/No tokenizer\.json/, /--tokenizer/] },
  {
    what: 'a variant that is not there',
    args: [...embed('model'), '--variant', 'int8'],
    status: 1,
    says: [/model_int8\.onnx/, /there are: \S*model_fp16\.onnx/],
  },
  {
    what: 'a variant spelled otherwise',
    args: [...embed('model'), '--variant', 'INT-8'],
    status: 1,
    says: [/there are: \S*model_fp16\.onnx/],
  },
  {
    what: 'a prompt that the model has not',
    args: [...embed('model'), '--prompt-name', 'query'],
    status: 2,
    says: [/no prompt named "query"/],
  },
  // Configuration.
  {
    what: 'an unknown key',
    args: embed('model'),
    toml: 'thread = 2\n',
    status: 2,
    says: [/line 1: there is no key "thread"; the nearest is "threads"/],
  },
  {
    what: 'a wrong type',
    args: embed('model'),
    toml: '# ours\nthreads = "two"\n',
    status: 2,
    says: [/line 2: "threads": .*number/],
  },
  { what: 'broken TOML', args: embed('model'), toml: 'threads = \n', status: 2, says: [/line 1, column \d+/] },
  {
    what: 'a configured file that is not there',
    args: ['config', 'check'],
    toml: '[embedding]\nquantized_model_path = "gone.onnx"\n',
    status: 2,
    says: [/gone\.onnx: no such file/, /octavec\.toml, line 2/],
  },
  {
    what: 'an alias in a circle',
    args: embed('a'),
    toml: '[models.aliases]\na = "b"\nb = "a"\n',
    status: 1,
    says: [/"a" is an alias for "b"/],
  },
  {
    what: 'a configuration that is not there',
    args: [...embed('model'), '--config', 'gone.toml'],
    status: 1,
    says: [/gone\.toml/],
  },
];

interface Answer {
  readonly status: number;
  readonly stderr: string;
}

/** Runs the commands one after the other in one process: forty starts of Node would take most of a minute. */
const script = (program: string) => `
import { writeFileSync, rmSync } from 'node:fs';
const { runCli } = await import(${JSON.stringify(program)});
const input = JSON.parse(await new Response(process.stdin).text());
const write = process.stderr.write.bind(process.stderr);
process.stdout.write = () => true;
const answers = [];
for (const { args, env = {}, toml } of input) {
  let stderr = '';
  process.stderr.write = (text) => { stderr += text; return true; };
  const before = { ...process.env };
  Object.assign(process.env, env);
  if (toml !== undefined) writeFileSync('octavec.toml', toml);
  const status = await runCli(args);
  rmSync('octavec.toml', { force: true });
  process.env = before;
  answers.push({ status, stderr });
}
write(JSON.stringify(answers));
process.exit(0);
`;

describe('mistakes of users are told', () => {
  let answers: readonly Answer[];
  test('and made, one after the other', async () => {
    const model = { 'config.json': '{}', 'tokenizer.json': '{}', 'onnx/model.onnx': new Uint8Array(1000).fill(7) };
    const hub = await hubServer(
      { kind: 'model', id: toy, files: model, large: ['onnx/model.onnx'] },
      { kind: 'model', id: 'toys/gated', files: { 'config.json': '{}' }, token: 'secret' },
      { kind: 'model', id: 'toys/gguf', files: { 'model.Q4_0.gguf': 'x' } },
    );
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'empty'));
    mkdirSync(join(cwd, 'halfway/1_Pooling'), { recursive: true });
    cpSync(join(embeddedModel, 'modules.json'), join(cwd, 'halfway/modules.json'));
    cpSync(join(embeddedModel, 'config.json'), join(cwd, 'halfway/config.json'));
    cpSync(embeddedModel, join(cwd, 'model'), { recursive: true });
    mkdirSync(join(cwd, 'bare'));
    cpSync(join(embeddedModel, 'onnx/model_fp16.onnx'), join(cwd, 'bare/model.onnx'));
    writeFileSync(join(cwd, 'weights.pt'), 'PK\u0003\u0004archive/data.pkl');
    writeFileSync(join(cwd, 'pytorch_model.bin'), 'PK\u0003\u0004archive/data.pkl');
    writeFileSync(join(cwd, 'model.gguf'), 'GGUF\u0003');
    const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    writeFileSync(
      join(cwd, 'model.safetensors'),
      Buffer.concat([Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(`${header}1234`)]),
    );
    writeFileSync(join(cwd, 'page.onnx'), '<!DOCTYPE html><html></html>');
    writeFileSync(join(cwd, 'pointer.onnx'), 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n');
    const program = new URL('../../dist/cli/program.js', import.meta.url).href;
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      HF_ENDPOINT: hub.endpoint,
      HF_HOME: join(cwd, 'hf'),
      XDG_CONFIG_HOME: '/nowhere',
      FORCE_COLOR: undefined,
      HF_HUB_OFFLINE: undefined,
      HF_TOKEN: undefined,
    };
    const running = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script(program)], {
      cwd,
      env,
      maxBuffer: 2 ** 24,
    });
    running.child.stdin?.end(JSON.stringify(mistakes.map(({ args, env, toml }) => ({ args, env, toml }))));
    answers = JSON.parse((await running).stderr);
  }, 120_000);

  test.each(mistakes.map((mistake, i) => ({ ...mistake, i })))('$what', ({ i, status, says }) => {
    const answer = answers[i];
    process.env.SHOW && console.log(answer.stderr);
    for (const pattern of says) {
      expect(answer.stderr).toMatch(pattern);
    }
    expect(answer.status).toBe(status);
    expect(answer.stderr).not.toMatch(/please report|at file:|\bundefined\b|\[object/);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cli } from '../../test/support/run-cli.js';

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-usage-'));
  vi.stubEnv('HF_HOME', path('hub'));
  vi.stubEnv('XDG_CONFIG_HOME', path('config'));
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  writeFileSync(path('empty.txt'), '');
  writeFileSync(path('blank.txt'), '\n \n# no key\n');
  writeFileSync(path('one.txt'), 'a\n');
  writeFileSync(path('model.onnx'), 'not a model');
  writeFileSync(path('wrong.toml'), 'thread = 2\n');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Arguments, of which those with a "@" are paths in the folder. */
const at = (args: readonly string[]) => args.map((word) => (word.startsWith('@') ? path(word.slice(1)) : word));

/** What is wrong whatever the model is: it is told without one. */
const wrong: readonly (readonly [string, RegExp])[] = [
  ['verify @no-model', /There is nothing to compare with\. .*--against, or with --variant/],
  ['verify @no-model --against @b --gate', /argument missing/],
  ['verify @no-model --against @b --limit cosine=1', /"cosine" is not a metric/],
  ['verify @no-model --variant int8 --device gpu', /Allowed choices are/],
  ['quantize @no-model --to int7', /"int7" is not a method\. Known: fp16, int8/],
  ['quantize @no-model --to int8 --limit ndcgLoss=0.1', /found in tasks/],
  ['quantize @no-model --to int8 --max-size 5megs', /It must be a size/],
  ['quantize', /missing required argument 'model'/],
  ['quantize-all', /missing required argument/],
  ['embed', /There are no texts\. Give the model and then texts, or --file <file>\./],
  ['embed hello', /"hello", which comes first, was taken for the model.*octavec embed minilm/],
  ['embed m x --type int8', /int8 numbers mean nothing without the ranges/],
  ['embed m x --type float32 --out vectors.txt', /vectors\.txt/],
  ['embed m x --type half', /Allowed choices are/],
  ['embed m x --digits 0', /whole number of at least 1/],
  ['embed m x --dimensions 1.5', /whole number of at least 1/],
  ['embed m x --on-error ignore', /Allowed choices are fail, skip/],
  ['embed m x --over-long cut', /Allowed choices are truncate/],
  ['embed m x --pooling median', /Allowed choices are/],
  ['embed m x --memory little', /Allowed choices are/],
  ['rerank m', /required option '--query <text>' not specified/],
  ['rerank m --query q', /There are no texts to rank/],
  ['rerank m --query q --file @empty.txt', /empty\.txt holds no texts/],
  ['rerank m x --query q --over-long chunk', /Allowed choices are truncate, error/],
  ['rerank m x --query q --top 0', /whole number of at least 1/],
  ['index docs', /required option '--out <index>' not specified/],
  ['index docs --out i --chunk-tokens all', /whole number of at least 1, or none/],
  ['index docs --out i --chunk-tokens 0', /whole number of at least 1, or none/],
  ['index docs --out i --vectors int4', /Allowed choices are float32, float16, int8, binary/],
  ['index docs --out lancedb:', /The address of the index names no folder/],
  ['index --out @new.index', /Nothing is given to index\. Name files or folders/],
  ['search i', /missing required argument 'question'/],
  ['search i q --mode meaning', /Allowed choices are/],
  ['search i q --diversity much', /It must be a number/],
  ['search i q --rescore some', /It must be a number/],
  ['search i q --context 0', /whole number of at least 1/],
  ['search check', /missing required argument 'index'/],
  ['search migrate i', /required option '--model <model>' not specified/],
  ['mcp i --api-key-file @one.txt', /Keys are asked for over HTTP alone\. Add --http/],
  ['mcp i --http 80.5', /number from 0 to 65535/],
  ['mcp i --http --api-key-file @blank.txt', /blank\.txt holds no key\. Write one a line/],
  ['evaluate m --queries @q', /Questions and judgements of an index go together/],
  ['evaluate m --qrels @q', /Questions and judgements of an index go together/],
  ['evaluate i --queries @q --qrels @r --task sts', /--task is of models, and --queries of an index/],
  ['evaluate i --queries @q --qrels @r --against m', /--against is of models/],
  ['evaluate i --queries @q --qrels @r --asymmetric', /--asymmetric is of models/],
  ['distill m out --size 0MB', /It must be a size/],
  ['convert m --dtype int8', /Allowed choices are fp32, fp16/],
  ['bench m --engine native,cuda', /"cuda" is not an engine/],
  ['bench m --pool 1,0', /whole number of at least 1/],
  ['bench m --cpu-limit -1', /It must be more than 0/],
  ['bench', /missing required argument 'models'/],
  ['pull', /missing required argument 'names'/],
  ['pull https://example.org', /is no name of the hub/],
  ['export m --out o', /required option '--for <program>' not specified/],
  ['export m --for excel --out o', /Allowed choices are/],
  ['publish m', /required option '--as <name>' not specified/],
  ['push', /missing required argument 'models'/],
  ['push m --export-config xml', /Allowed choices are json, kotlin, swift/],
  ['push m --names {family', /template|\{family/],
  ['models alias remove none-such', /has no alias "none-such"/],
  ['models alias set a/b m', /"a\/b" cannot be a name of your own/],
  ['jobs run-shard job x', /"x" is no number of a shard/],
  ['jobs run-shard job -- -1', /"-1" is no number of a shard/],
  ['jobs plan a.txt --model m', /required option '--out <place>' not specified/],
  ['jobs plan a.txt --model m --out o --rows-per-shard 0', /whole number of at least 1/],
  ['jobs status job --price dear', /It must be a number/],
  ['jobs status gs://bucket/job', /at a place that octavec cannot read/],
  ['config show --json --what', /unknown option/],
  ['doctor a b', /too many arguments/],
];

describe('wrong usage is told before a model is looked for, with exit status 2', () => {
  test.each(wrong)('%s', async (line, said) => {
    const { status, stdout, stderr } = await cli(...at(line.split(' ')));
    expect(stderr).toMatch(said);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    // Options are named as flags, and nobody is shown a stack.
    expect(stderr).not.toMatch(/`|\n {4}at /);
  });

  // Words behind "--" are no flags, and some commands print no JSON.
  const asJson = wrong.filter(
    ([line], i) => i % 3 === 0 && !/ -- |--gate$|^mcp|^models alias remove|config/.test(line),
  );

  test.each(asJson)('and as JSON: %s', async (line, said) => {
    const { status, stdout, stderr } = await cli(...at(line.split(' ')), '--json');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(JSON.parse(stderr).error).toEqual({ code: 'USAGE', message: expect.stringMatching(said) });
  });
});

describe('what is missing is an error with exit status 1, which names it', () => {
  test.each<[string, string, RegExp]>([
    ['inspect @none', 'FILE_NOT_FOUND', /none/],
    ['inspect @none.onnx', 'FILE_NOT_FOUND', /none\.onnx/],
    ['embed @none text', 'FILE_NOT_FOUND', /none/],
    ['embed m --file @none.txt', 'FILE_NOT_FOUND', /none\.txt/],
    ['rerank m --query q --file @none.jsonl', 'FILE_NOT_FOUND', /none\.jsonl/],
    ['search @none.index question --mode text', 'INDEX_NOT_FOUND', /none\.index.*octavec index/],
    ['search check @none.index', 'INDEX_NOT_FOUND', /none\.index/],
    ['search repair @none.index', 'INDEX_NOT_FOUND', /none\.index/],
    ['index @none.md --out @new.index', 'FILE_NOT_FOUND', /none\.md/],
    ['verify @none --against @other', 'FILE_NOT_FOUND', /none/],
    ['models show none-such', 'FILE_NOT_FOUND', /none-such.*octavec models/],
    ['models remove none-such', 'FILE_NOT_FOUND', /none-such/],
    ['jobs status @none', 'JOB_PLAN_INVALID', /_plan\.json is no plan of a job: there is none/],
    ['jobs finish @none', 'JOB_PLAN_INVALID', /_plan\.json is no plan of a job: there is none/],
    ['embed m x --config @none.toml', 'FILE_NOT_FOUND', /none\.toml/],
    ['push @model.onnx --config @none.toml', 'FILE_NOT_FOUND', /none\.toml/],
    ['mcp @none.index --http --api-key-file @none.txt', 'FILE_NOT_FOUND', /none\.txt/],
  ])('%s', async (line, code, said) => {
    const { status, stdout, stderr } = await cli(...at(line.split(' ')), ...(line.startsWith('mcp') ? [] : ['--json']));
    expect(stderr).toMatch(said);
    expect(stdout).toBe('');
    expect(status).toBe(1);
    if (!line.startsWith('mcp')) {
      expect(JSON.parse(stderr).error.code).toBe(code);
    }
  });
});

describe('a mistyped subcommand', () => {
  test.each([
    ['search chek docs.index', 'Did you mean "octavec search check docs.index"?'],
    ['search repiar docs.index', 'Did you mean "octavec search repair docs.index"?'],
    ['search migrat docs.index --json', 'Did you mean "octavec search migrate docs.index"?'],
    ['search Check docs.index', 'Did you mean "octavec search check docs.index"?'],
  ])('%s has a suggestion, though it could be an index', async (line, said) => {
    const { status, stderr } = await cli(...line.split(' '));
    expect(status).toBe(2);
    expect(line.endsWith('--json') ? JSON.parse(stderr).error.message : stderr).toContain(said);
  });

  test('an index that is called nearly like one is an index', async () => {
    const { status, stderr } = await cli('search', path('chek'), 'question');
    expect(status).toBe(1);
    expect(stderr).toMatch(/There is no index in .*chek/);
    expect((await cli('search', 'docs', 'check')).stderr).not.toContain('Did you mean');
  });
});

test('a configuration with a mistake says where, whichever command reads it', async () => {
  for (const line of ['verify @model.onnx --against @model.onnx', 'push @model.onnx --to /x', 'pull a/b']) {
    const { status, stderr } = await cli(...at([...line.split(' '), '--config', '@wrong.toml']));
    expect(status).toBe(2);
    expect(stderr).toMatch(/wrong\.toml.*"thread".*"threads"/);
  }
});

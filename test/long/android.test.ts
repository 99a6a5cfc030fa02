/**
 * The round to a phone, as far as it goes without one: named by a template, pushed through an adb stand-in, verified, and run
 * on the JVM by the Kotlin class of docs/android, which must give octavec's vectors. Maven and a JDK 17 fetch and run what
 * it needs (Kotlin, ONNX Runtime for Java):
 *
 *     OCTAVEC_TEST_MAVEN=mvn OCTAVEC_TEST_LONG=1 npx vitest run test/long/android.test.ts
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Embedder } from 'octavec';
import { expect, test } from 'vitest';
import { octavec, temporaryFolder } from '../cli/octavec.js';
import { adbStandIn } from '../support/adb-server.js';
import { embeddedModel } from '../support/golden-texts.js';

const maven = process.env.OCTAVEC_TEST_MAVEN;
const project = fileURLToPath(new URL('android', import.meta.url));
const texts = ['hello world', 'x', 'Ein Hund schläft in der Sonne.', 'How is retrieval measured? '.repeat(30)];

/** Versions of ONNX Runtime round INT8 activations differently now and then, and the next layers make more of it: docs/android.md. */
const leastCosine = { fp16: 0.9999, int8: 0.999 };

test.skipIf(maven === undefined).each(['fp16', 'int8'] as const)(
  '%s, pushed, gives the same vectors on the JVM',
  async (variant) => {
    const cwd = temporaryFolder();
    const there = join(cwd, 'device/models');
    mkdirSync(join(cwd, 'models'));
    cpSync(embeddedModel, join(cwd, 'models/toy-v2'), { recursive: true });
    const names = 'AVA-ONX-{dimensions}-{family}[-v{version}][-{precision}].onnx';
    writeFileSync(join(cwd, 'octavec.toml'), `[models]\nnames = "${names}"\n[device]\nto = "${there}"\n`);
    const { port } = await adbStandIn({ serial: 'toy' });
    const env = { ANDROID_ADB_SERVER_PORT: String(port) };
    const run = async (...args: string[]) => {
      const outcome = await octavec(args, { cwd, env });
      expect(outcome.status).toBe(0);
      return outcome.stdout;
    };
    writeFileSync(
      join(cwd, 'some.txt'),
      Array.from({ length: 24 }, (_, i) => `Text ${i} of ${texts[i % 4]}`).join('\n'),
    );
    await run('quantize-all', './models', '--to', 'int8', '--names', '--texts', './some.txt');
    expect(readdirSync(join(cwd, 'models/toy-v2/onnx'))).toContain('AVA-ONX-384-toy-v2-int8.onnx');
    const push = ['push', './models/toy-v2', '--variant', variant];
    const { models } = JSON.parse(await run(...push, '--json'));
    await run(...push, '--verify');

    await using embedder = await Embedder.load(join(cwd, 'models/toy-v2'), { variant, engine: 'onnxruntime' });
    const expected = [];
    for (const text of texts) {
      const [{ tokens }] = await embedder.tokens([text]);
      const [vector] = await embedder.embed([text]);
      expected.push({ ids: tokens.map(({ id }) => id), vector: [...vector] });
    }
    writeFileSync(join(cwd, 'expected.json'), JSON.stringify({ texts: expected }));
    const target = join(cwd, 'target');
    const quiet = ['-q', '-B', '-f', join(project, 'pom.xml'), `-Dcheck.target=${target}`];
    const classpath = join(cwd, 'classpath');
    const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classpath}`];
    await promisify(execFile)(maven as string, [...quiet, ...goals], { maxBuffer: 2 ** 24 });
    const path = `${target}/classes:${readFileSync(classpath, 'utf8').trim()}`;
    const args = [
      '-cp',
      path,
      'octavec.CheckKt',
      models[0].path,
      join(cwd, 'expected.json'),
      String(leastCosine[variant]),
    ];
    const { stdout } = await promisify(execFile)('java', args, { cwd });
    console.log(stdout);
    expect(stdout.match(/cosine/g)).toHaveLength(texts.length);
  },
  1_200_000,
);

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { embeddedModel } from './support/golden-texts.js';
import { root, runIn } from './support/installed-package.js';

/** Threads are started from files of their own, which stand beside the bundle. */
const workers = ['engine/worker.js', 'embed/tokenizer-worker.js'];

test('a bundle by esbuild imports and embeds away from the package', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const source = join(folder, 'app.js');
  writeFileSync(
    source,
    `import { Embedder, version } from 'octavec';
    const embedder = await Embedder.load(${JSON.stringify(embeddedModel)}, { workers: 1 });
    console.log(version, (await embedder.embed(['hello']))[0].length);
    await embedder.close();`,
  );
  await build({
    entryPoints: [source, ...workers.map((path) => join(root, 'dist', path))],
    entryNames: '[name]',
    outdir: join(folder, 'out'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { octavec: join(root, 'dist/library.js') },
    external: ['onnxruntime-node', 'tokenizers'],
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  // Native packages stay packages. There is no package.json near.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  expect(await runIn(folder, '/bin')(process.execPath, 'out/app.js')).toMatch(/^\d+\.\d+\.\d+ 384\n$/);
});

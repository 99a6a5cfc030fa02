/**
 * Makes dist/ of src/: the compiler writes the types, and the bundler a file for each room. `npm run build` starts from
 * nothing; `npm start` and `npm test` check what changed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installIfMissing, root, runTool } from './npm.mjs';

const notes = `${root}node_modules/.cache/octavec.tsbuildinfo`;

/** @param options more options for the compiler: `--noCheck` where types are checked all the same */
export async function build(...options) {
  // The compiler goes by its notes: where its output is gone, they are wrong.
  if (!existsSync(`${root}dist/index.d.ts`)) {
    rmSync(notes, { force: true });
  }
  runTool('typescript/bin/tsc', '-p', 'tsconfig.build.json', ...options);
  // It may have been installed by this very process.
  const { bundleRooms } = await import('./bundle-rooms.mjs');
  await bundleRooms();
}

/** Compiles the native engine where there is a C++ compiler. Without it models run on ONNX Runtime: never a reason to stop. */
export function buildNative() {
  spawnSync(process.execPath, [`${root}scripts/build-native.mjs`], { cwd: root, stdio: 'inherit' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  installIfMissing();
  rmSync(`${root}dist`, { recursive: true, force: true });
  await build();
}

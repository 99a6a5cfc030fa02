/** Compiles src/ to dist/. `npm run build`. */
import { rmSync } from 'node:fs';
import { installIfMissing, root, run } from './npm.mjs';

export function build() {
  run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json']);
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  installIfMissing();
  rmSync(`${root}dist`, { recursive: true, force: true });
  rmSync(`${root}node_modules/.cache/octavec.tsbuildinfo`, { force: true });
  build();
}

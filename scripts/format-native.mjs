/** Formats the C++ sources with clang-format; with `--check`, fails if one of them is not formatted. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { root, runTool } from './npm.mjs';

/** Ends this process if a source is not formatted as `.clang-format` says. */
export function checkFormat() {
  runClangFormat('--dry-run', '--Werror');
}

function runClangFormat(...options) {
  const sources = readdirSync(`${root}native`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(h|cpp)$/.test(name))
    .sort()
    .map((name) => `native/${name}`);
  runTool('@wasm-fmt/clang-format/clang-format-cli.cjs', ...options, ...sources);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    checkFormat();
  } else {
    runClangFormat('-i');
  }
}

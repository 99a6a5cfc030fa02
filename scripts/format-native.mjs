/** Formats the C++ sources with clang-format; with `--check`, fails if one of them is not formatted. */
import { readdirSync } from 'node:fs';
import { root, runTool } from './npm.mjs';

function runClangFormat(...options) {
  const sources = readdirSync(`${root}native`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(h|cpp)$/.test(name))
    .sort()
    .map((name) => `native/${name}`);
  runTool('@wasm-fmt/clang-format/clang-format-cli.cjs', ...options, ...sources);
}

if (process.argv.includes('--check')) {
  runClangFormat('--dry-run', '--Werror');
} else {
  runClangFormat('-i');
}

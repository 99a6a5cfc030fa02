/**
 * `npm run docs`: the API reference in docs/api, from the doc comments of what the package exports. typedoc needs the
 * compiler API that TypeScript 7 does not have, so npm fetches it with a TypeScript of its own when it is asked for.
 */
import { readFileSync } from 'node:fs';
import { root, run } from './npm.mjs';

const typedoc = 'typedoc@0.28.20';
const typescript = 'typescript@6.0.3';

const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const entries = Object.values(exports)
  .filter((target) => typeof target === 'object')
  .map(({ types }) => types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts'));

run('npm', [
  ...['exec', '--yes', '--package', typedoc, '--package', typescript, '--', 'typedoc'],
  ...['--tsconfig', 'tsconfig.build.json', '--out', 'docs/api', '--name', 'octavec', '--readme', 'none'],
  // Types that stand only inside others are shown there.
  ...['--validation.notExported', 'false', '--treatWarningsAsErrors'],
  ...['--excludePrivate', '--excludeInternal', '--disableSources', '--hideGenerator', '--githubPages', 'false'],
  ...entries,
]);

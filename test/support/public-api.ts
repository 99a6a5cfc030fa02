import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a published name is declared as, in the words of its declaration file, without comments. */
export interface PublicName {
  readonly name: string;
  readonly declaration: string;
}

/**
 * The names that a declaration file exports, its re-exports followed, by name. Types that a declaration mentions are not
 * followed: whoever is to see them exports them.
 */
export function publicNames(file: string): PublicName[] {
  return [...exportsOf(file)]
    .map(([name, declaration]) => ({ name, declaration }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const declarationPattern =
  /^export (?:declare )?(?:abstract )?(?:default )?(?:async )?(function|const|let|class|interface|type|enum) ([A-Za-z_$][\w$]*)/;

function exportsOf(file: string): Map<string, string> {
  const found = new Map<string, string>();
  const source = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  for (const statement of statements(source)) {
    const own = declarationPattern.exec(statement);
    if (own !== null) {
      const overloads = found.get(own[2]);
      found.set(own[2], overloads === undefined ? statement : `${overloads}\n${statement}`);
    }
    const [, all] = /^export (?:type )?\* from '([^']+)'/.exec(statement) ?? [];
    if (all !== undefined) {
      for (const [name, declaration] of exportsOf(fileOf(file, all))) {
        found.set(name, declaration);
      }
    }
    const [, list, from] = /^export (?:type )?\{([^}]*)\}(?: from '([^']+)')?/.exec(statement) ?? [];
    if (list !== undefined && from !== undefined) {
      const there = exportsOf(fileOf(file, from));
      for (const part of list
        .split(',')
        .map((word) => word.trim().replace(/^type /, ''))
        .filter(Boolean)) {
        const [name, alias = name] = part.split(' as ');
        found.set(alias, there.get(name) ?? `(not found in ${from})`);
      }
    }
  }
  return found;
}

/** Statements at the top of a declaration file, each on lines of its own. */
function statements(source: string): string[] {
  const lines = source.split('\n');
  const starts = lines.flatMap((line, i) =>
    /^(export|import|declare|interface|type|const|function|class)\b/.test(line) ? [i] : [],
  );
  return starts.map((start, i) =>
    lines
      .slice(start, starts[i + 1] ?? lines.length)
      .filter((line) => line.trim() !== '' && !/^\s*(private|#)/.test(line))
      .join('\n'),
  );
}

function fileOf(from: string, specifier: string): string {
  const path = join(dirname(from), specifier.replace(/\.js$/, '.d.ts'));
  if (!existsSync(path)) {
    throw new Error(`${from} exports from ${specifier}, and ${path} is not there`);
  }
  return path;
}

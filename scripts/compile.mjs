/** Running a C++ compiler on changed sources only. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** The compiler's command: CXX, or the first of the usual ones that answers; undefined if there is none. */
export function findCompiler() {
  const candidates = process.env.CXX ? [process.env.CXX] : ['g++', 'clang++', 'c++'];
  return candidates.find(hasCommand);
}

/** Whether a compiler answers to this command. */
export function hasCommand(command) {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      if (error) {
        reject(new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`));
      } else {
        resolve(stderr);
      }
    });
  });
}

/** Whether the compiler takes the flags at all: what it refuses then is a mistake in the source. */
async function knowsFlags(compiler, flags, target) {
  const empty = `${target}.empty.cpp`;
  writeFileSync(empty, '');
  try {
    await run(compiler, [...flags, '-c', empty, '-o', `${target}.empty`]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(empty, { force: true });
    rmSync(`${target}.empty`, { force: true });
  }
}

/** When the newest header of a tree was changed. */
export function newestHeader(folder) {
  const headers = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    /\.h$/.test(entry.name),
  );
  return Math.max(0, ...headers.map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs));
}

function compileArguments({ source, object, flags }, folder) {
  return [...flags, '-c', source, '-o', join(folder, object)];
}

/** Writes how each source is compiled, as editors and tools for C++ read it (compile_commands.json). */
export function writeCompileCommands(compiler, sources, folder, path) {
  const commands = sources.map((entry) => ({
    directory: folder,
    file: entry.source,
    arguments: [compiler, ...compileArguments(entry, folder)],
  }));
  writeFileSync(path, `${JSON.stringify(commands, null, 2)}\n`);
}

/**
 * Compiles sources that are newer than their objects, or whose flags changed.
 *
 * @param sources [{ source, object, flags, optional }]
 * @returns objects: paths of all objects; present: the sources that they come from; missing: optional sources whose
 *   instruction set the compiler does not know; compiled: how many were compiled
 */
export async function compileAll(compiler, sources, folder, headersChanged) {
  mkdirSync(folder, { recursive: true });
  const missing = [];
  let compiled = 0;
  const compile = async (entry) => {
    const { source, object, flags, optional } = entry;
    const target = join(folder, object);
    const args = compileArguments(entry, folder);
    const stamp = createHash('sha256')
      .update([compiler, ...args].join('\0'))
      .digest('hex');
    const stampFile = `${target}.stamp`;
    const newest = Math.max(statSync(source).mtimeMs, headersChanged);
    if (
      existsSync(target) &&
      statSync(target).mtimeMs >= newest &&
      existsSync(stampFile) &&
      readFileSync(stampFile, 'utf8') === stamp
    ) {
      return;
    }
    try {
      await run(compiler, args);
    } catch (error) {
      if (!optional || (await knowsFlags(compiler, flags, target))) {
        throw error;
      }
      missing.push(entry);
      return;
    }
    writeFileSync(stampFile, stamp);
    compiled++;
  };
  const queue = [...sources];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await compile(next);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const present = sources.filter((entry) => !missing.includes(entry));
  return { objects: present.map(({ object }) => join(folder, object)), present, missing, compiled };
}

export function link(compiler, args) {
  return run(compiler, args);
}

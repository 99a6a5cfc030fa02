import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** npm's own script: the one that runs these tests, or the one beside Node. */
export const npmCli = process.env.npm_execpath?.endsWith('npm-cli.js')
  ? process.env.npm_execpath
  : join(dirname(process.execPath), 'npm');

export interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** What `npm pack` makes of the built package, in a folder. */
export async function packInto(folder: string): Promise<Packed> {
  // Without scripts: the one before packing builds anew, under the feet of other tests.
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await promisify(execFile)(process.execPath, [npmCli, ...pack], { cwd: root });
  return JSON.parse(stdout)[0];
}

/** A command in a folder, and what it prints. */
export type Run = (command: string, ...args: readonly string[]) => Promise<string>;

/**
 * Installs a package file into an empty project, as a reader of the README does.
 *
 * @param path where programs are looked for
 */
export async function installInto(project: string, tarball: string, path: string): Promise<Run> {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  const run = runIn(project, path);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  await run('node', npmCli, 'install', ...quiet, tarball);
  return run;
}

/**
 * Puts a package file where `npm install` would, with links to what it depends on: which packages can be found is the
 * same, and npm itself takes fifteen seconds of processor time. Needs `tar`.
 */
export async function unpackInto(project: string, tarball: string): Promise<void> {
  const target = join(project, 'node_modules/octavec');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  await promisify(execFile)('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
}

/** @param more environment variables */
export function runIn(folder: string, path: string, more: NodeJS.ProcessEnv = {}): Run {
  const { HOME, npm_config_cache, XDG_CACHE_HOME, ORT_DISABLE_TELEMETRY } = process.env;
  // As the README says: else npm of Node 20 lets ONNX Runtime download libraries for GPUs.
  const install = { npm_config_cache, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const env = { HOME, PATH: path, XDG_CACHE_HOME, ORT_DISABLE_TELEMETRY, ...install, ...more };
  return async (command, ...args) =>
    (await promisify(execFile)(command, args, { cwd: folder, env, maxBuffer: 1e8 })).stdout;
}

/** Puts the embedded model where its npm package would be. */
export function installModel(project: string): void {
  mkdirSync(join(project, 'node_modules/@octavec'), { recursive: true });
  symlinkSync(join(root, 'models/all-MiniLM-L6-v2'), join(project, 'node_modules/@octavec/all-minilm-l6-v2'));
}

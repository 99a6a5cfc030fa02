import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command of the project with its output shown; ends this process with the command's status if it fails. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32' && command !== process.execPath,
  });
  if (error !== undefined || status === null) {
    console.error(
      `\n${[command, ...args].join(' ')} ${error === undefined ? 'was ended' : `failed: ${error.message}`}`,
    );
  }
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

/**
 * Runs programs of Node side by side. What each prints is shown in one piece, in the order that they are given in; ends
 * this process with the status of the first that fails.
 */
export async function runTogether(...programs) {
  const outcomes = programs.map(runQuietly);
  for (const outcome of outcomes) {
    process.stdout.write((await outcome).printed);
  }
  const failed = (await Promise.all(outcomes)).find(({ status }) => status !== 0);
  if (failed !== undefined) {
    process.exit(failed.status);
  }
}

function runQuietly(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => printed.push(data));
    }
    child.on('close', (code, signal) => {
      const ended = code === null ? `\n${args.join(' ')} was ended by ${signal}\n` : '';
      resolve({ status: code ?? 1, printed: `${Buffer.concat(printed)}${ended}` });
    });
  });
}

/** A tool of node_modules, without a shell or npm between. */
export function runTool(path, ...args) {
  run(process.execPath, [toolPath(path), ...args]);
}

export function toolPath(path) {
  return `${root}node_modules/${path}`;
}

/** Installs the locked dependencies, unless they are there. */
export function installIfMissing() {
  refuseOldNode();
  if (!isInstalled()) {
    console.log('Installing dependencies …');
    run('npm', ['ci', '--no-audit', '--no-fund']);
  }
}

function refuseOldNode() {
  const wanted = readJson('package.json').engines.node.replace('>=', '');
  if (process.versions.node.localeCompare(wanted, 'en', { numeric: true }) < 0) {
    console.error(`octavec needs Node.js ${wanted} or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
}

/** Is what npm noted when it installed what the lock file asks for? Packages for other platforms may be missing. */
function isInstalled() {
  const installed = 'node_modules/.package-lock.json';
  if (!existsSync(`${root}${installed}`)) {
    return false;
  }
  const present = readJson(installed).packages;
  return Object.entries(readJson('package-lock.json').packages)
    .filter(([path]) => path.startsWith('node_modules/'))
    .every(([path, { version, optional }]) =>
      path in present ? present[path].version === version && existsSync(`${root}${path}`) : optional,
    );
}

function readJson(path) {
  return JSON.parse(readFileSync(`${root}${path}`, 'utf8'));
}

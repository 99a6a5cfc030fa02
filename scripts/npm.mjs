import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';

/** The root of the checkout. */
export const root = new URL('..', import.meta.url).pathname;

/** Runs a command of the project with its output shown; ends this process if it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
  if (error !== undefined || status !== 0) {
    console.error(`\n${[command, ...args].join(' ')} failed${error === undefined ? '' : `: ${error.message}`}`);
    process.exit(status || 1);
  }
}

/** Installs the locked dependencies, unless what is installed is what the lock file asks for. */
export function installIfMissing() {
  const lock = `${root}package-lock.json`;
  const installed = `${root}node_modules/.package-lock.json`;
  if (existsSync(installed) && sameTree(lock, installed)) {
    return;
  }
  console.log('Installing dependencies …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Are the packages of the lock file those that npm noted when it installed? Optional ones of other platforms may be missing. */
function sameTree(lock, installed) {
  if (statSync(installed).mtimeMs > statSync(lock).mtimeMs) {
    return true;
  }
  const wanted = JSON.parse(readFileSync(lock, 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      path === '' || !path.startsWith('node_modules/') || optional || link || present[path]?.version === version,
  );
}

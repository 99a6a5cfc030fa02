/**
 * Makes the packages that carry the native engine ready-made, one for each platform, and the main package that names
 * them as optional dependencies:
 *
 *     node scripts/build-platforms.mjs [linux-x64 linux-arm64 darwin-x64 darwin-arm64 win32-x64]
 *
 * All platforms are compiled on this machine with zig (ZIG names it; else `zig` or Python's `ziglang`). Without zig only
 * this machine's own platform is made, with its compiler. The packages lie in build/packages, ready for `npm publish`.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { include_dir as nodeHeaders } from 'node-api-headers';
import { findStackTraffic } from './check-kernel.mjs';
import { compileAll, link, newestHeader } from './compile.mjs';
import { bindingSources, commonFlags, coreSources, kernelSources, nativeFolder, root } from './native-sources.mjs';

/** Platforms on which ONNX Runtime for Node.js runs, with zig's names for them. Node 20 needs glibc 2.28. */
const platforms = {
  'linux-x64': { zig: 'x86_64-linux-gnu.2.28', libc: ['glibc'] },
  'linux-arm64': { zig: 'aarch64-linux-gnu.2.28', libc: ['glibc'] },
  'darwin-x64': { zig: 'x86_64-macos.11.0' },
  'darwin-arm64': { zig: 'aarch64-macos.11.0' },
  'win32-x64': { zig: 'x86_64-windows-gnu' },
};

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packages = join(root, 'build', 'packages');
const own = `${process.platform}-${process.arch}`;
const zig = findZig();
const asked = process.argv.slice(2);
const wanted = asked.length > 0 ? asked : zig === undefined ? [own] : Object.keys(platforms);
const unknown = wanted.find((name) => !(name in platforms));
if (unknown !== undefined) {
  console.error(`no platform "${unknown}"; known: ${Object.keys(platforms).join(', ')}`);
  process.exit(2);
}

rmSync(packages, { recursive: true, force: true });
mkdirSync(packages, { recursive: true });
const made = [];
for (const name of wanted) {
  try {
    const library = await build(name);
    makePackage(name, library);
    made.push(name);
    console.log(`${name}: ${(statSync(library).size / 1e3).toFixed(0)} kB`);
  } catch (error) {
    console.error(`${name}: not made\n${/** @type {Error} */ (error).message}`);
    process.exitCode = 1;
  }
}
makeMainPackage(made);
console.log(`packages of ${made.length} platforms and octavec itself: ${packages}`);

function findZig() {
  const candidates = process.env.ZIG ? [[process.env.ZIG]] : [['zig'], ['python3', '-m', 'ziglang']];
  return candidates.find(([command, ...first]) => {
    try {
      execFileSync(command, [...first, 'version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** Compiles for a platform. Returns the path of the library. */
async function build(name) {
  if (zig === undefined) {
    if (name !== own) {
      throw new Error('zig is needed for other platforms than this one (pip install ziglang, or ziglang.org)');
    }
    execFileSync(process.execPath, [join(root, 'scripts', 'build-native.mjs')], { stdio: 'inherit' });
    return join(root, 'build', 'native', 'octavec.node');
  }
  const [system, architecture] = name.split('-');
  const folder = join(root, 'build', `native-${name}`);
  const [command, ...first] = zig;
  const target = [...first, 'c++', '-target', platforms[name].zig, '-fno-sanitize=undefined'];
  const changed = newestHeader(nativeFolder);
  const compile = (sources) =>
    compileAll(
      command,
      sources.map((entry) => ({
        ...entry,
        flags: [...target, ...commonFlags, ...entry.flags.map(inWordsOfZig)],
        optional: false,
      })),
      folder,
      changed,
    );
  const kernels = kernelSources(architecture);
  const { objects } = await compile([...kernels, ...coreSources(kernels), ...bindingSources()]);
  const library = join(folder, 'octavec.node');
  await link(command, [...target, '-shared', '-s', ...linking(system, folder), '-o', library, ...objects]);
  const traffic = name === 'linux-x64' ? findStackTraffic(join(folder, 'isa_avx512vnni.o')) : undefined;
  if (traffic !== undefined) {
    throw new Error(`the AVX-512 kernel is slow: ${traffic}`);
  }
  return library;
}

/** zig names processors where other compilers name versions of the architecture. */
function inWordsOfZig(flag) {
  return flag.replace('-march=armv8.2-a', '-mcpu=generic+v8_2a');
}

/** Node's own functions are found in the process that loads the library; Windows wants to know in which file. */
function linking(system, folder) {
  if (system === 'darwin') {
    return ['-undefined', 'dynamic_lookup'];
  }
  if (system === 'linux') {
    return ['-Wl,--gc-sections', '-lpthread'];
  }
  const [command, ...first] = /** @type {string[]} */ (zig);
  const definitions = join(nodeHeaders, '..', 'def');
  const names = ['js_native_api.def', 'node_api.def'].flatMap((file) =>
    readFileSync(join(definitions, file), 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^(napi|node_api)_\w+$/.test(line)),
  );
  const definition = join(folder, 'node.def');
  const library = join(folder, 'node.lib');
  writeFileSync(definition, `NAME NODE.EXE\nEXPORTS\n${[...new Set(names)].join('\n')}\n`);
  execFileSync(command, [...first, 'dlltool', '-m', 'i386:x86-64', '-d', definition, '-l', library]);
  return [library];
}

function makePackage(name, library) {
  const [os, cpu] = name.split('-');
  const folder = join(packages, `native-${name}`);
  mkdirSync(folder);
  copyFileSync(library, join(folder, 'octavec.node'));
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const { version, license, repository } = manifest;
  const { libc } = platforms[name];
  write(join(folder, 'package.json'), {
    ...{ name: `@octavec/native-${name}`, version, description: `octavec's native engine for ${name}` },
    ...{ license, repository, os: [os], cpu: [cpu], libc, main: 'octavec.node', files: ['octavec.node'] },
  });
  write(join(folder, 'README.md'), `The native engine of octavec for ${name}. It is installed with octavec.\n`);
}

/** What `npm pack` would ship, with the platforms' packages as optional dependencies. */
function makeMainPackage(names) {
  const folder = join(packages, 'octavec');
  mkdirSync(folder);
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', ...manifest.files]) {
    if (existsSync(join(root, file))) {
      cpSync(join(root, file), join(folder, file), { recursive: true });
    }
  }
  const { scripts, devDependencies, workspaces, ...kept } = manifest;
  const optionalDependencies = Object.fromEntries(names.map((name) => [`@octavec/native-${name}`, manifest.version]));
  write(join(folder, 'package.json'), { ...kept, optionalDependencies });
}

function write(path, content) {
  writeFileSync(path, typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`);
}

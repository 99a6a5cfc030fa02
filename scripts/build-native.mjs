/**
 * Compiles the native engine to build/native/octavec.node if there is a C++ compiler (CXX, g++ or clang++), and says in
 * one line what came of it. Without a compiler octavec runs on ONNX Runtime, so that is no failure.
 */
import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findStackTraffic } from './check-kernel.mjs';
import { compileAll, findCompiler, link, newestHeader, writeCompileCommands } from './compile.mjs';
import {
  bindingSources,
  commonFlags,
  coreSources,
  kernelFolder,
  kernelSources,
  nativeFolder,
  root,
  testPrograms,
  testSources,
} from './native-sources.mjs';

const folder = join(root, 'build', 'native');
const target = join(folder, 'octavec.node');
/** Where clangd and other tools look for it. */
const commands = join(root, 'build', 'compile_commands.json');

async function build(compiler) {
  const started = performance.now();
  const headersChanged = newestHeader(nativeFolder);
  const withCommon = (sources) => sources.map((entry) => ({ ...entry, flags: [...commonFlags, ...entry.flags] }));
  const kernels = await compileAll(
    compiler,
    withCommon(kernelSources(process.arch)),
    folder,
    newestHeader(kernelFolder),
  );
  for (const object of kernels.objects) {
    const traffic = findStackTraffic(object);
    if (traffic !== undefined) {
      throw new Error(`${compiler} made a slow kernel, ${object}: ${traffic}. Try another compiler with CXX=….`);
    }
  }
  const others = withCommon([...coreSources(kernels.present), ...bindingSources()]);
  const rest = await compileAll(compiler, others, folder, headersChanged);
  const tests = withCommon(testSources(...Object.keys(testPrograms)));
  writeCompileCommands(compiler, [...kernels.present, ...others, ...tests], folder, commands);
  const objects = [...kernels.objects, ...rest.objects];
  const compiled = kernels.compiled + rest.compiled;
  const outdated = !existsSync(target) || objects.some((object) => statSync(object).mtimeMs > statSync(target).mtimeMs);
  if (outdated) {
    const system = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-Wl,--gc-sections'];
    // Under its own name at once: a process may have the old one loaded.
    await link(compiler, ['-shared', ...system, '-o', `${target}.new`, ...objects, '-lpthread']);
    renameSync(`${target}.new`, target);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const left = kernels.missing.length > 0 ? `, without ${kernels.missing.length} newer instruction sets` : '';
  return outdated || compiled > 0 ? `built with ${compiler} in ${seconds} s${left}` : `up to date${left}`;
}

const compiler = process.platform === 'win32' ? undefined : findCompiler();
if (compiler === undefined) {
  console.log('native engine: no C++ compiler found; octavec will run models on ONNX Runtime');
} else {
  try {
    console.log(`native engine: ${await build(compiler)}`);
  } catch (error) {
    console.error(
      `native engine: not built; octavec will run models on ONNX Runtime\n${/** @type {Error} */ (error).message}`,
    );
    process.exitCode = 1;
  }
}

import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Finding } from './finding.js';
import type { NativeState } from './processor.js';

/** Packages with native code that octavec cannot do without. */
const packages = [
  { id: 'onnxruntime', name: 'onnxruntime-node', title: 'ONNX Runtime' },
  { id: 'tokenizers', name: 'tokenizers', title: 'Tokenizers' },
] as const;

const installAdvice =
  'Install again for this platform ("npm rebuild", or delete node_modules and "npm install"); Alpine Linux (musl) and old glibc are not supported by the binaries.';

/** Reports whether ONNX Runtime and the tokenizers load, each tried in a process of its own. */
export function moduleFindings(): Promise<Finding[]> {
  return Promise.all(
    packages.map(async ({ id, name, title }): Promise<Finding> => {
      const [version, outcome] = await Promise.all([versionOf(name), tryImport(name)]);
      const called = version === undefined ? title : `${title} ${version}`;
      return outcome.loaded
        ? { id, status: 'ok', found: `${called} loads.`, figures: { version } }
        : {
            id,
            status: 'problem',
            essential: true,
            found: `${called} does not load: ${outcome.why}.`,
            advice: installAdvice,
            figures: { version, why: outcome.why },
          };
    }),
  );
}

async function versionOf(name: string): Promise<string | undefined> {
  const require = createRequire(import.meta.url);
  let folder: string;
  try {
    folder = dirname(require.resolve(name));
  } catch {
    return undefined;
  }
  // The entry point may stand in a folder of the package: its manifest is above.
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    const { name: found, version } = manifest === undefined ? {} : JSON.parse(manifest);
    if (found === name) {
      return version;
    }
  }
  return undefined;
}

type ImportOutcome = { readonly loaded: true } | { readonly loaded: false; readonly why: string };

const patienceMs = 60_000;

function tryImport(name: string): Promise<ImportOutcome> {
  const child = fork(new URL('./import-probe.js', import.meta.url), [name], {
    execArgv: [],
    timeout: patienceMs,
    env: { ...process.env, ORT_DISABLE_TELEMETRY: process.env.ORT_DISABLE_TELEMETRY ?? '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve) => {
    child.once('message', (outcome: ImportOutcome) => resolve(outcome));
    child.once('error', (error) => resolve({ loaded: false, why: error.message }));
    child.once('exit', (code, signal) =>
      resolve({ loaded: false, why: `its process ended with ${signal ?? `status ${code}`}` }),
    );
  });
}

/** Reports the native engine: it is never needed, but it is faster where it is. */
export function nativeEngineFinding(native: NativeState): Finding {
  if ('reason' in native) {
    return {
      id: 'native-engine',
      status: 'ok',
      found: `No native engine: ${native.reason}. Models run on ONNX Runtime.`,
      advice:
        'It comes with octavec as an optional package for its platform; in a clone with a C++ compiler, "npm run build:native" makes it.',
      figures: native,
    };
  }
  const isPortable = native.isa.startsWith('portable');
  return {
    id: 'native-engine',
    status: 'ok',
    found: isPortable
      ? 'The native engine is built, but this processor has none of its fast instruction sets: models run on ONNX Runtime.'
      : `The native engine uses ${native.isa}: it runs files of 8 bits or fewer whose encoder it knows.`,
    figures: native,
  };
}

const leastNode = [20, 12] as const;

export function nodeFinding(version: string): Finding {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  const isOld = major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1]);
  return {
    id: 'node',
    status: isOld ? 'problem' : 'ok',
    essential: isOld ? true : undefined,
    found: `Node.js ${version}${isOld ? ' is too old' : ''}.`,
    advice: isOld ? `octavec needs Node.js ${leastNode.join('.')} or later.` : undefined,
    figures: { version },
  };
}

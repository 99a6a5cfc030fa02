import { unwatchFile, watchFile } from 'node:fs';
import { reasonOf, whenAborted } from '../../base/index.js';
import { configurationPaths } from '../../config/index.js';
import type { RunningServer } from '../../server/index.js';
import { interruptSignal } from '../interrupt.js';
import { lateChanges, type ServeFlags, type ServeSettings, serveSettings, settingChanges } from './settings.js';

/** How often files are looked at. Their place is looked at, not the file: editors and mounted secrets replace it. */
const lookMs = 1000;

/**
 * Runs a server until SIGTERM or SIGINT, and tells it of what has changed: the configuration, keys, models; after SIGHUP
 * all of them.
 */
export async function runUntilInterrupted(
  server: RunningServer,
  flags: ServeFlags,
  settings: ServeSettings,
  onnxPaths: readonly string[],
  interrupted = interruptSignal(),
): Promise<void> {
  const stopped = whenAborted(interrupted);
  const told = await settingsReader(flags, settings);
  let running: Promise<void> = Promise.resolve();
  const inTurn = (what: string, work: () => Promise<void>) => () => {
    running = running.then(work).then(
      () => void process.stderr.write(`${what} taken over\n`),
      (error) => void process.stderr.write(`warning: ${what} not taken over: ${reasonOf(error)}\n`),
    );
  };
  const settingsChanged = inTurn('changed settings', async () => server.apply(await told()));
  const modelChanged = inTurn('a changed model', () => server.reload());
  const all = inTurn('settings and models', async () => server.reload(await told()));
  const stops = [
    watch([...configurationPaths({ file: flags.config }), settings.apiKeyFile ?? []].flat(), settingsChanged),
    watch(onnxPaths, modelChanged),
  ];
  process.on('SIGHUP', all);
  try {
    process.stderr.write(`listening on ${server.url}\n`);
    if (server.healthPort !== undefined) {
      process.stderr.write(`/health is answered on port ${server.healthPort}\n`);
    }
    await Promise.race([server.ready, stopped]);
    if (!interrupted.aborted) {
      process.stderr.write('ready\n');
      await stopped;
    }
    process.stderr.write('finishing what runs\n');
  } finally {
    process.off('SIGHUP', all);
    for (const stop of stops) {
      stop();
    }
    await running;
    await server.close();
  }
}

/** Reads the settings anew, and says what of them counts from the next start. */
async function settingsReader(flags: ServeFlags, first: ServeSettings) {
  let before = first;
  return async () => {
    const settings = await serveSettings(flags);
    const changes = await settingChanges(settings);
    const late = lateChanges(before, settings);
    if (late.length > 0) {
      process.stderr.write(`note: changed, and counts from the next start: ${late.join(', ')}\n`);
    }
    before = settings;
    return changes;
  };
}

function watch(paths: readonly string[], onChange: () => void): () => void {
  const listener = (now: { mtimeMs: number; ino: number }, before: { mtimeMs: number; ino: number }) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) {
      onChange();
    }
  };
  for (const path of paths) {
    watchFile(path, { persistent: false, interval: lookMs }, listener);
  }
  return () => {
    for (const path of paths) {
      unwatchFile(path, listener);
    }
  };
}

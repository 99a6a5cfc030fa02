import { Command, Option } from 'commander';
import { readConfiguration } from '../../config/index.js';
import { type AppConfigFormat, appConfig, appConfigFormats, push } from '../../device/index.js';
import { nameTemplate } from '../../model/index.js';
import type { ResolvedModel } from '../../registry/index.js';
import { formatPush } from '../../report/index.js';
import { interruptSignal } from '../interrupt.js';
import { namedModel } from '../named-model.js';
import { configOption, wordList } from '../options.js';
import { printNote } from '../print-note.js';
import { progressLine } from '../progress-line.js';

const examples = `
Examples:
  octavec push ./bge-small --app com.example.app                 to /sdcard/Android/data/com.example.app/files/models
  octavec push ./bge-small --variant int8 --app com.example.app --run-as      into the app's private files
  octavec push ./bge-small ./gte --to /data/local/tmp/models --device emulator-5554
  octavec push ./bge-small --app com.example.app --verify        compare, and send nothing
  octavec push ./bge-small --app com.example.app --dry-run --export-config kotlin > Models.kt

What is on the device already is left. A file gets its name when its hash was compared there.`;

interface Options {
  readonly device?: readonly string[];
  readonly variant?: string;
  readonly app?: string;
  readonly to?: string;
  readonly runAs?: boolean;
  readonly names?: string;
  readonly verify?: boolean;
  readonly pullBack?: boolean;
  readonly dryRun?: boolean;
  readonly exportConfig?: AppConfigFormat;
  readonly config?: string;
  readonly json?: boolean;
}

export function pushCommand(): Command {
  return new Command('push')
    .argument('<models...>', 'model folders, .onnx files, names of the hub, or minilm')
    .option('--device <serials>', 'serial numbers, with commas (default: the only device)', wordList)
    .option('--variant <name>', 'which variant: int8, fp16, … (default: what compare recommends for a phone)')
    .option('--app <package>', 'into the files of this app (default: device.app of the configuration)')
    .option('--to <folder>', 'into this folder of the device')
    .option('--run-as', "into the app's private files, as the app; it must be debuggable")
    .option('--names <template>', 'names of files (default: models.names of the configuration)')
    .option(
      '--verify',
      'compare what is on the device with what is here, and send nothing; exit status 1 if it differs',
    )
    .option('--pull-back', 'also read every file back, and compare it here')
    .option('--dry-run', 'say what would be sent, and ask no device')
    .addOption(
      new Option('--export-config <form>', 'print the list of models that an app reads').choices(appConfigFormats),
    )
    .addOption(configOption())
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (names: string[], options: Options) => {
      const { device = {}, models: configured } = await readConfiguration({ file: options.config });
      const text = options.names ?? configured?.names ?? '{family}[-v{version}][-{precision}].onnx';
      const template = nameTemplate(text);
      const models: ResolvedModel[] = [];
      for (const name of names) {
        models.push(await namedModel(name, options));
      }
      const place = options.app === undefined && options.to === undefined ? device : {};
      const { app, to, runAs, verify, pullBack, dryRun, variant } = { ...place, ...options };
      const line = progressLine();
      const outcome = await push(models, {
        ...{ template, app, to, runAs, verify, pullBack, dryRun, variant, devices: options.device },
        ...{ onNote: printNote, onProgress: line.onProgress, signal: interruptSignal() },
      }).finally(line.done);
      const { exportConfig, json } = options;
      process.stdout.write(
        exportConfig !== undefined
          ? appConfig(outcome.models, exportConfig)
          : json
            ? `${JSON.stringify(outcome)}\n`
            : formatPush(outcome),
      );
    });
}

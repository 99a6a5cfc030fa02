import { Command } from 'commander';
import { OctavecError } from '../../base/index.js';
import { readConfiguration } from '../../config/index.js';
import { configuredHub } from '../../configured/index.js';
import { planPublishing, publish } from '../../publish/index.js';
import { cardOf, type ResolvedModel } from '../../registry/index.js';
import { interruptSignal } from '../interrupt.js';
import { namedModel } from '../named-model.js';
import { configOption, wordList } from '../options.js';

const examples = `
Examples:
  octavec publish BAAI/bge-small-en-v1.5 --as me/bge-small-int8 --dry-run > README.md
  octavec publish BAAI/bge-small-en-v1.5 --as me/bge-small-int8 --variant int8
  octavec publish ./my-model --as me/my-model-int8 --base me/my-model --licence apache-2.0 --private

What octavec quantize proved is published, with its evidence; what its gate refused is not. HF_TOKEN is a token that may
write; the upload needs the package @huggingface/hub.`;

interface Options {
  readonly as: string;
  readonly variant?: readonly string[];
  readonly base?: string;
  readonly licence?: string;
  readonly private?: boolean;
  readonly dryRun?: boolean;
  readonly config?: string;
  readonly json?: boolean;
}

export function publishCommand(): Command {
  return new Command('publish')
    .argument('<model>', 'the original: model folder, a name of the hub, or minilm')
    .requiredOption('--as <name>', 'owner/name of the repository on the hub; created if it does not exist')
    .option('--variant <names>', 'which variants: int8, fp16, … (default: all that are proven)', wordList)
    .option('--base <name>', 'owner/name of the original on the hub (default: the name that the model was given by)')
    .option('--licence <id>', "licence of the original, as the hub writes it (default: what the original's card says)")
    .option('--private', 'create the repository as a private one')
    .option('--dry-run', 'print the model card, and upload nothing')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (name: string, options: Options) => {
      const found = await namedModel(name, options);
      const card = await cardOf(found.original);
      const plan = await planPublishing(found.original, {
        repository: options.as,
        variantsFolder: found.variants,
        variants: options.variant,
        base: options.base ?? baseOf(found),
        licence: options.licence ?? card.licence ?? missing('licence', 'the card of the original does not say it'),
        languages: card.languages,
      });
      if (options.dryRun) {
        const paths = plan.files.map(({ path }) => path);
        process.stdout.write(options.json ? `${JSON.stringify({ card: plan.card, files: paths })}\n` : plan.card);
        return;
      }
      const settings = await configuredHub(await readConfiguration({ file: options.config }));
      const published = await publish(plan, { settings, private: options.private, signal: interruptSignal() });
      process.stdout.write(options.json ? `${JSON.stringify(published)}\n` : `${published.url}: ${published.commit}\n`);
    });
}

function baseOf({ source, name }: ResolvedModel): string {
  return source === 'hub' ? name : missing('base', 'a folder does not say where it comes from');
}

function missing(flag: string, why: string): never {
  throw new OctavecError('USAGE', {
    problem: `The ${flag} of the original is not known: ${why}`,
    hint: `Give --${flag}.`,
  });
}

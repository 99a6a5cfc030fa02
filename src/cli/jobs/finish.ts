import { Command } from 'commander';
import { counted, formatCount } from '../../base/index.js';
import { finishJob, openJob } from '../../jobs/index.js';
import { interruptSignal } from '../interrupt.js';
import { progressLine } from '../progress-line.js';

export function finishCommand(): Command {
  return new Command('finish')
    .description('Check that every shard is done and every part whole, and write manifest and quarantine.')
    .argument('<job>', 'folder or s3://bucket/prefix of the job')
    .option('--json', 'print the manifest as JSON')
    .addHelpText(
      'after',
      `
Examples:
  octavec jobs finish vectors
  octavec jobs finish s3://bucket/vectors --json

Readers follow _manifest.json, which names the parts in order; _SUCCESS tells Spark that it may read. Exit status 1 if more
rows are in quarantine than the plan allows.`,
    )
    .action(async (address: string, { json }: { readonly json?: boolean }) => {
      const job = await openJob(address);
      const line = progressLine();
      const manifest = await finishJob(job, { signal: interruptSignal(), onProgress: line.onProgress }).finally(
        line.done,
      );
      const { rows, parts, quarantined } = manifest;
      const without = quarantined === 0 ? '' : `, ${formatCount(quarantined)} without vectors in _quarantine.jsonl`;
      const said = `${job.store.uri}: ${formatCount(rows)} rows in ${counted(parts.length, 'part')}${without}`;
      process.stdout.write(json ? `${JSON.stringify(manifest)}\n` : `${said}\n`);
    });
}

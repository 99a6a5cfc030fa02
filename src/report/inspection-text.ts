import { formatBytes, formatCount, printable } from '../base/index.js';
import type { DeclaredUse } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import { describeLeft, type InspectedValue, type Inspection } from '../quantize/index.js';
import { type Style, styleOf } from './style.js';

const shownOperators = 12;

/** A model file, and how octavec would run it. */
export interface InspectedModel extends Inspection {
  readonly use?: DeclaredUse & Partial<Pick<ModelFiles, 'head' | 'headSource' | 'maxTokens'>>;
}

/** Shows what a model file holds, and what quantizing it would bring. */
export function formatInspection(inspection: InspectedModel, style: Style = styleOf(process.stdout)): string {
  const { parameters, weightBytes, externalDataBytes } = inspection;
  const external = externalDataBytes > 0 ? `, ${formatBytes(externalDataBytes)} of them as external data` : '';
  const types = Object.entries(inspection.bytesByType).map(([type, bytes]) => `${type} ${formatBytes(bytes)}`);
  const opsets = Object.entries(inspection.opsets).map(([domain, version]) => `${printable(domain)} ${version}`);
  const lines: [string, string][] = [
    ['producer', printable(inspection.producer)],
    ['format', `IR ${inspection.irVersion}, opset ${opsets.join(', ')}`],
    ['inputs', inspection.inputs.map(formatValue).join(', ')],
    ['outputs', inspection.outputs.map(formatValue).join(', ')],
    ['parameters', `${formatCount(parameters)}, ${formatBytes(weightBytes)}${external}`],
    ['weights', types.join(', ') || 'none'],
    ['operators', `${formatCount(inspection.nodes)}: ${operatorList(inspection.operators)}`],
    ...embedding(inspection.use),
    ...quantizing(inspection),
  ];
  const body = lines.map(([name, value]) => `${style.paint('dim', name.padEnd(11))} ${value}\n`).join('');
  return `${style.paint('bold', printable(inspection.path))}\n${body}`;
}

function formatValue({ name, type, shape }: InspectedValue): string {
  return `${printable(name)} ${type} [${shape.map((size) => printable(String(size))).join(', ')}]`;
}

function operatorList(operators: Readonly<Record<string, number>>): string {
  const all = Object.entries(operators);
  const shown = all.slice(0, shownOperators).map(([name, count]) => `${printable(name)} ${count}`);
  const more = all.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more kinds` : '');
}

function embedding(use: InspectedModel['use']): [string, string][] {
  if (use === undefined) {
    return [];
  }
  const { output, problem, fixedShape, maxTokens } = use;
  const from =
    output === undefined
      ? `none: ${problem}`
      : `${output.gives} of ${output.name} (${output.reason})${output.gives === 'vectors' ? '' : poolingOf(use)}`;
  const { texts, tokens } = fixedShape;
  const fixed = [
    ...(tokens === undefined ? [] : [`${tokens} tokens for each text: shorter ones are padded, longer ones cut`]),
    ...(texts === undefined ? [] : [texts === 1 ? 'one text at a time' : `${texts} texts at a time`]),
  ];
  return [
    ['embeddings', printable(from)],
    ...(fixed.length > 0 ? [['fixed', fixed.join('; ')] as [string, string]] : []),
    ...(maxTokens === undefined
      ? []
      : [['limit', `${Math.min(maxTokens, tokens ?? maxTokens)} tokens`] as [string, string]]),
  ];
}

function poolingOf({ head, headSource }: NonNullable<InspectedModel['use']>): string {
  if (head === undefined) {
    return '';
  }
  const dense = head.dense.map(({ outputs }) => `, a dense layer to ${outputs}`).join('');
  const length = head.normalize ? ', scaled to length 1' : ', not scaled';
  return `; ${head.pooling.join(' and ')} pooling${dense}${length}${headSource ? ` (${headSource.name})` : ''}`;
}

function quantizing(inspection: Inspection): [string, string][] {
  const made: [string, string][] =
    inspection.recipe === undefined
      ? []
      : [['recipe', printable(`${inspection.recipe.method} by ${inspection.recipe.tool}`)]];
  const { estimates, linearLayers, embeddingTables } = inspection;
  if (estimates === undefined) {
    return [...made, ['quantized', `already (${inspection.quantizedOperators.map(printable).join(', ')})`]];
  }
  const sizes = Object.entries(estimates).map(([precision, bytes]) => `${precision} ${formatBytes(bytes)}`);
  const layers = `${formatCount(linearLayers)} linear layers, ${formatCount(embeddingTables)} embedding tables`;
  const left = describeLeft(inspection.left, estimates.fp32);
  return [
    ...made,
    ['quantizing', `${layers}; weights would take ${sizes.join(', ')}`],
    ...(left === undefined ? [] : [['left', printable(left)] satisfies [string, string]]),
  ];
}

import { GraphEditor, int64Constant } from '../graph/index.js';
import {
  dataType,
  floatTensor,
  makeNode,
  type NodeProto,
  type OnnxModel,
  type ValueInfoProto,
  withGraph,
} from '../onnx/index.js';
import { raiseOpset } from '../passes/index.js';

/**
 * What is looked at in an activation X, all but its last axis taken together: [tokens × channels].
 *
 * - `minimum`, `maximum`, `mean`, `meanSquare`: of each channel, [channels]
 * - `values`: X itself, [tokens × channels]
 * - `magnitude`: the largest |x| of all channels, a scalar; the largest float for infinity, which masks add
 */
export type ProbeKind = 'minimum' | 'maximum' | 'mean' | 'meanSquare' | 'values' | 'magnitude';

export interface Probe {
  readonly activation: string;
  readonly channels: number;
  readonly kind: ProbeKind;
}

/** A model that also gives what the probes look at. `outputs` are the names, in the order of the probes. */
export interface InstrumentedModel {
  readonly model: OnnxModel;
  readonly outputs: readonly string[];
}

/** Reductions take their axes as an input from this opset on, for all of them alike. */
const neededOpset = 18;

/** Adds an output for each probe. The run time computes the reductions: only they leave it, whatever the texts' number. */
export function instrument(source: OnnxModel, probes: readonly Probe[]): InstrumentedModel {
  const model = raiseOpset(source, neededOpset);
  const editor = new GraphEditor(model);
  const axis = int64Constant(editor, 'probe_axis', [0]);
  const rows = new Map<string, string>();
  const rowsOf = ({ activation, channels }: Probe): string => {
    let name = rows.get(activation);
    if (name === undefined) {
      name = editor.uniqueName(`${activation}_rows`);
      editor.add(makeNode('Reshape', [activation, int64Constant(editor, `${name}_shape`, [-1, channels])], [name]));
      rows.set(activation, name);
    }
    return name;
  };
  const outputs = probes.map((probe) => {
    const output = editor.uniqueName(`${probe.activation}_${probe.kind}`);
    const scratch = (step: string) => editor.uniqueName(`${output}_${step}`);
    editor.add(
      ...(probe.kind === 'magnitude'
        ? magnitude(probe.activation, output, scratch)
        : probeNodes(probe.kind, rowsOf(probe), axis, { output, squared: scratch('squared') })),
    );
    return output;
  });
  const finished = editor.finish();
  const { graph } = finished.proto;
  return {
    model: withGraph(finished, { ...graph, output: [...graph.output, ...outputs.map(floatOutput)] }),
    outputs,
  };
}

const reductions = { minimum: 'ReduceMin', maximum: 'ReduceMax', mean: 'ReduceMean' } as const;

const largestFloat = 3.4028234663852886e38;

function magnitude(activation: string, output: string, scratch: (step: string) => string): NodeProto[] {
  const [absolute, largest, limit] = ['absolute', 'largest', 'limit'].map(scratch);
  const tensor = floatTensor('', [], Float32Array.of(largestFloat));
  return [
    makeNode('Abs', [activation], [absolute]),
    makeNode('ReduceMax', [absolute], [largest], { attributes: { keepdims: { int: 0 } } }),
    makeNode('Constant', [], [limit], { attributes: { value: { tensor } } }),
    makeNode('Min', [largest, limit], [output]),
  ];
}

function probeNodes(
  kind: Exclude<ProbeKind, 'magnitude'>,
  rows: string,
  axis: string,
  { output, squared }: { readonly output: string; readonly squared: string },
): NodeProto[] {
  switch (kind) {
    case 'values':
      return [makeNode('Identity', [rows], [output])];
    case 'meanSquare':
      return [
        makeNode('Mul', [rows, rows], [squared]),
        makeNode('ReduceMean', [squared, axis], [output], { attributes: { keepdims: { int: 0 } } }),
      ];
    default:
      return [makeNode(reductions[kind], [rows, axis], [output], { attributes: { keepdims: { int: 0 } } })];
  }
}

function floatOutput(name: string): ValueInfoProto {
  return { name, type: { tensorType: { elemType: dataType.float } }, metadataProps: [] };
}

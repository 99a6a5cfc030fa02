import { dataType, type GraphProto, makeNode, makeTensor, type OnnxModel, withGraph, writeModel } from 'octavec/onnx';
import { openSession, textFeeds } from '#rooms/engine';
import { inferElementTypes } from '#rooms/graph';

/** What the usual tools quantize by default. */
const quantized = new Set(['MatMul', 'Add', 'Mul', 'Div', 'Sub', 'Softmax', 'Gather', 'ReduceMean', 'Erf']);

/**
 * Static INT8 as the usual tools make it by default: behind every operator a QuantizeLinear and a DequantizeLinear whose
 * range is the smallest to the largest number that a few texts gave (MinMax). It loads, it runs, and it is bad.
 *
 * @param model an FP32 encoder
 * @param texts token ids of each text that the ranges are taken from
 * @param scratch a path for the model that gives out its inner values
 */
export async function staticQdq(model: OnnxModel, texts: readonly Int32Array[], scratch: string): Promise<OnnxModel> {
  const { graph } = model.proto;
  const types = inferElementTypes(graph);
  const values = graph.node
    .filter((node) => quantized.has(node.opType ?? '') && types.get(node.output[0]) === dataType.float)
    .map((node) => node.output[0]);
  const outputs = values.map((name): GraphProto['output'][number] => ({
    name,
    type: { tensorType: { elemType: dataType.float } },
    metadataProps: [],
  }));
  await writeModel(withGraph(model, { ...graph, output: [...graph.output, ...outputs] }), scratch);
  const session = await openSession(scratch);
  const ranges = new Map(values.map((name) => [name, { low: 0, high: 0 }]));
  for (const ids of texts) {
    const found = await session.run(textFeeds(session.inputs, ids, scratch), values);
    for (const [name, range] of ranges) {
      const data = found[name].data as Float32Array;
      range.low = data.reduce((a, b) => Math.min(a, b), range.low);
      range.high = data.reduce((a, b) => Math.max(a, b), range.high);
    }
  }
  await session.close();

  const initializer = [...graph.initializer];
  const renamed = new Map<string, string>();
  const node = graph.node.flatMap((original) => {
    const current = { ...original, input: original.input.map((name) => renamed.get(name) ?? name) };
    const [value] = original.output;
    const range = ranges.get(value);
    if (range === undefined) {
      return [current];
    }
    const { low, high } = range;
    const scale = (high - low) / 255 || 1;
    const [scaleName, zeroName, integers, back] = ['scale', 'zero', 'integers', 'back'].map(
      (part) => `${value}_${part}`,
    );
    initializer.push(makeTensor(scaleName, dataType.float, [], Float32Array.of(scale)));
    initializer.push(makeTensor(zeroName, dataType.uint8, [], Uint8Array.of(Math.round(-low / scale))));
    renamed.set(value, back);
    return [
      current,
      makeNode('QuantizeLinear', [value, scaleName, zeroName], [integers]),
      makeNode('DequantizeLinear', [integers, scaleName, zeroName], [back]),
    ];
  });
  return withGraph(model, { ...graph, node, initializer });
}

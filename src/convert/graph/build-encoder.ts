import { version } from '../../base/index.js';
import type { EncoderPlan, PlannedLayer, PlannedNorm, PlannedTable } from '../../checkpoint/index.js';
import { dataType, type ModelProto } from '../../onnx/index.js';
import { headWidth } from '../../output/index.js';
import { attention } from './attention.js';
import { classifier } from './classifier.js';
import { feedForward } from './feed-forward.js';
import { type DeferredData, GraphWriter, valueInfo } from './graph-writer.js';
import { norm } from './parts.js';
import { sentenceEmbedding } from './sentence-embedding.js';
import { SharedValues } from './shared-values.js';

export interface BuiltEncoder {
  /** Initializers that are in `deferred` have no data yet. */
  readonly proto: ModelProto & { readonly graph: NonNullable<ModelProto['graph']> };
  readonly deferred: ReadonlyMap<string, DeferredData>;
}

/** LayerNormalization (17), Split into parts (18) and Gelu (20) are operators; every run time of today has them. */
const opset = 20;
const irVersion = 9;

/** What the hidden states are called, and the scores of rerankers and classifiers. */
const hiddenOutput = 'last_hidden_state';
const scoreOutput = 'logits';
/** Vectors of texts, as sentence-transformers calls them. */
const vectorOutput = 'sentence_embedding';

/**
 * Writes the graph of an encoder, in the form that ONNX Runtime runs fastest and that quantization finds most in:
 * a MatMul for each projection, operators for norms and activations, and what layers share computed once. Texts are padded
 * on the right; axes of batch and tokens are free.
 */
export function buildEncoder(plan: EncoderPlan, metadata: Readonly<Record<string, string>> = {}): BuiltEncoder {
  const graph = new GraphWriter();
  const shared = new SharedValues(graph, plan);
  const hasTypes = plan.types !== undefined && plan.types.count > 1;
  const lastOutput = plan.classifier === undefined ? hiddenOutput : undefined;
  let hidden = embeddings(graph, plan, shared);
  plan.layers.forEach((layer, index) => {
    const isLast = index === plan.layers.length - 1 && plan.finalNorm === undefined;
    hidden = encoderLayer(graph, plan, shared, layer, hidden, isLast ? lastOutput : undefined);
  });
  if (plan.finalNorm !== undefined) {
    hidden = norm(graph, plan.finalNorm, plan.hidden, hidden, lastOutput);
  }
  if (plan.classifier !== undefined) {
    classifier(graph, plan.classifier, hidden, scoreOutput);
  }
  if (plan.head !== undefined) {
    sentenceEmbedding(graph, plan.head, hidden, vectorOutput);
  }
  const inputs = ['input_ids', 'attention_mask', ...(hasTypes ? ['token_type_ids'] : [])];
  return {
    deferred: graph.deferred,
    proto: {
      irVersion,
      producerName: 'octavec',
      producerVersion: version,
      opsetImport: [{ domain: '', version: opset }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      functions: [],
      graph: {
        name: 'encoder',
        node: graph.nodes,
        initializer: graph.initializers,
        sparseInitializer: [],
        input: inputs.map((name) => valueInfo(name, dataType.int64, ['batch_size', 'sequence_length'])),
        output: [
          plan.classifier === undefined
            ? valueInfo(hiddenOutput, dataType.float, ['batch_size', 'sequence_length', plan.hidden])
            : valueInfo(scoreOutput, dataType.float, ['batch_size', plan.classifier.out.outputs]),
          ...(plan.head === undefined
            ? []
            : [valueInfo(vectorOutput, dataType.float, ['batch_size', headWidth(plan.head, plan.hidden)])]),
        ],
        valueInfo: [],
        quantizationAnnotation: [],
        metadataProps: [],
      },
    },
  };
}

/** Writes words, token types and positions, added in the order in which transformers adds them. */
function embeddings(graph: GraphWriter, plan: EncoderPlan, shared: SharedValues): string {
  const { words, wordScale, types, positions, embeddingNorm, hidden } = plan;
  const lookUp = (table: PlannedTable, rows: string) => {
    const weight = graph.weight(`${table.path}.weight`, [table.count, hidden], table.weight);
    return graph.op('Gather', table.path, [weight, rows], { axis: { int: 0 } });
  };
  let sum = lookUp(words, 'input_ids');
  if (wordScale !== undefined) {
    sum = graph.op('Mul', words.path, [sum, graph.scalar(wordScale)]);
  }
  if (types !== undefined) {
    // Where there is one type only, it is the same for every place.
    const rows = types.count > 1 ? 'token_type_ids' : graph.op('Sub', types.path, [shared.places, shared.places]);
    sum = graph.op('Add', 'embeddings', [sum, lookUp(types, rows)]);
  }
  if (positions !== undefined) {
    const rows = positions.rows === 'place' ? shared.places : countedRows(graph, plan.padTokenId);
    sum = graph.op('Add', 'embeddings', [sum, lookUp(positions, rows)]);
  }
  return embeddingNorm === undefined ? sum : norm(graph, embeddingNorm, hidden, sum);
}

/**
 * Writes RoBERTa's rows of positions: padding has its id's, others those after it in turn. They are counted by ids, not
 * by the mask.
 */
function countedRows(graph: GraphWriter, padTokenId: number): string {
  const pad = graph.integers(padTokenId);
  const isPad = graph.op('Equal', 'embeddings', ['input_ids', pad]);
  const isOther = graph.op('Not', 'embeddings', [isPad]);
  const counted = graph.op('Cast', 'embeddings', [isOther], { to: { int: dataType.int64 } });
  const running = graph.op('CumSum', 'embeddings', [counted, graph.integers(1)]);
  return graph.op('Add', 'embeddings', [graph.op('Mul', 'embeddings', [running, counted]), pad]);
}

function encoderLayer(
  graph: GraphWriter,
  plan: EncoderPlan,
  shared: SharedValues,
  layer: PlannedLayer,
  input: string,
  output: string | undefined,
): string {
  const { preNorm, hidden } = plan;
  const normed = (part: PlannedNorm | undefined, value: string, name?: string) =>
    part === undefined ? value : norm(graph, part, hidden, value, name);
  const context = attention(graph, plan, shared, layer, preNorm ? normed(layer.attentionNorm, input) : input);
  const attended = graph.op('Add', layer.out.path, [normed(layer.attentionOutNorm, context), input]);
  const between = preNorm ? attended : normed(layer.attentionNorm, attended);
  const widened = feedForward(graph, plan.activation, layer, preNorm ? normed(layer.ffnNorm, between) : between);
  const added = graph.op(
    'Add',
    layer.down.path,
    [normed(layer.ffnOutNorm, widened), between],
    {},
    preNorm ? output : undefined,
  );
  return preNorm ? added : normed(layer.ffnNorm, added, output);
}

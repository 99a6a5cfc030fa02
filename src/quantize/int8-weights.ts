import type { ChannelStatistics } from '../calibration/index.js';
import { type LinearLayer, layerWeights, weightKey } from '../encoder/index.js';
import type { GraphEditor } from '../graph/index.js';
import { dataType, makeTensor, type OnnxModel, type TensorProto } from '../onnx/index.js';
import { correctBias } from './bias-correction.js';
import { quantizeSaturationFree } from './saturation-free.js';
import type { QuantizedMatrix } from './symmetric.js';

/** Names of a layer's quantized weight: S8 [inputs × outputs], scales [outputs], zero points [outputs] (all 0). */
export interface QuantizedWeight {
  readonly values: string;
  readonly scales: string;
  readonly zeroPoints: string;
  readonly matrix: QuantizedMatrix;
}

export interface QuantizedLayer extends QuantizedWeight {
  /** Of a Gemm: name of its bias, corrected where it is constant and the input was seen. */
  readonly bias?: string;
  /** The same, where it is a constant. */
  readonly biasTensor?: TensorProto;
}

/** Adds quantized weights to a graph; layers that share a weight share what is made of it, and each has its own bias. */
export class Int8Weights {
  readonly #model: OnnxModel;
  readonly #editor: GraphEditor;
  readonly #statistics: ReadonlyMap<string, ChannelStatistics> | undefined;
  readonly #quantizedMeans: ReadonlyMap<string, Float64Array> | undefined;
  readonly #made = new Map<string, QuantizedWeight>();

  /**
   * @param statistics what calibration saw of the layers' inputs: weights are rounded with regard to it
   * @param quantizedMeans the mean of each input's channels after its own quantization, where that is known beforehand
   */
  constructor(
    model: OnnxModel,
    editor: GraphEditor,
    statistics?: ReadonlyMap<string, ChannelStatistics>,
    quantizedMeans?: ReadonlyMap<string, Float64Array>,
  ) {
    this.#model = model;
    this.#editor = editor;
    this.#statistics = statistics;
    this.#quantizedMeans = quantizedMeans;
  }

  of(layer: LinearLayer): QuantizedLayer {
    const weights = layerWeights(this.#model, layer);
    const seen = this.#statistics?.get(layer.activation);
    const weight = this.#weight(layer, weights, seen);
    const quantized = this.#quantizedMeans?.get(layer.activation) ?? seen?.mean;
    const corrected =
      seen &&
      quantized &&
      correctBias(this.#model, this.#editor, layer, weights, weight.matrix, { exact: seen.mean, quantized });
    const bias = corrected?.name ?? layer.bias;
    return { ...weight, bias, biasTensor: corrected ?? this.#editor.index.initializers.get(bias ?? '') };
  }

  #weight(layer: LinearLayer, weights: Float32Array, seen: ChannelStatistics | undefined): QuantizedWeight {
    const known = this.#made.get(weightKey(layer));
    if (known !== undefined) {
      return known;
    }
    const { inputs, outputs } = layer;
    const matrix = quantizeSaturationFree(weights, inputs, outputs, seen?.meanSquare);
    const add = (suffix: string, type: number, dims: readonly number[], data: ArrayBufferView): string =>
      this.#editor.setInitializer(
        makeTensor(this.#editor.uniqueName(`${layer.weight.name}_${suffix}`), type, dims, data),
      );
    const weight = {
      values: add('quantized', dataType.int8, [inputs, outputs], matrix.values),
      scales: add('scale', dataType.float, [outputs], matrix.scales),
      zeroPoints: add('zero_point', dataType.int8, [outputs], new Int8Array(outputs)),
      matrix,
    };
    this.#made.set(weightKey(layer), weight);
    return weight;
  }
}

import {
  type IndexedModel,
  makeSampler,
  mostSamples,
  type Sample,
  type SampleOf,
  type Samples,
} from '../graph/index.js';
import { dataType } from '../onnx/index.js';
import { textInputs } from './text-inputs.js';
import { require } from './unrecognised.js';

/**
 * Tokens of the sample text for probes: few, and a number that is no width of anything, so that no axis is taken for
 * another.
 */
export const sampleTokens = 11;

/** Numbers that are worked out in all: some seconds. A model of 48 layers needs a tenth. */
const mostWork = 2 ** 29;
/** Numbers for one probe: 256 MB. Sample texts need a tenth; a hostile graph would go on for ever. */
const mostWorkAtOnce = 1 << 25;

/** Works out values for texts of any length, without padding. */
export interface Prober extends IndexedModel {
  /** What follows from the inputs alone, for the sample text. */
  readonly evaluate: SampleOf;
  readonly forTokens: (tokens: number) => SampleOf;
  /** What `value` becomes if other values are as given, for a text of so many tokens. */
  readonly probe: (value: string, given: Readonly<Record<string, Sample>>, tokens?: number) => Sample | undefined;
  /** What `value` becomes if some words of the sample text are others. */
  readonly withWords: (value: string, wordAt: (place: number) => number | undefined) => Sample | undefined;
}

/**
 * Makes a prober of a model.
 *
 * @param tokenId what sample texts are made of
 */
export function makeProber({ model, index }: IndexedModel, tokenId: number): Prober {
  const sampler = makeSampler(model, index);
  const { graph } = model.proto;
  const texts = new Map<number, Samples>();
  let work = 0;
  const counter = () => {
    let workAtOnce = 0;
    return (numbers: number) => {
      work += numbers;
      workAtOnce += numbers;
      require(work <= mostWork && workAtOnce <= mostWorkAtOnce, 'a graph that takes too much work to follow');
    };
  };
  const samplesFor = (tokens: number): Samples => {
    const samples =
      texts.get(tokens) ??
      sampler.sample(
        textInputs(graph, tokens, () => tokenId),
        counter(),
      );
    texts.set(tokens, samples);
    return samples;
  };
  return {
    model,
    index,
    evaluate: samplesFor(sampleTokens).of,
    forTokens: (tokens) => samplesFor(tokens).of,
    probe: (value, given, tokens = sampleTokens) =>
      samplesFor(tokens).with(new Map(Object.entries(given)), counter())(value),
    withWords(value, wordAt) {
      const given = textInputs(graph, sampleTokens, (place) => wordAt(place) ?? tokenId);
      return sampler.sample(given, counter()).of(value);
    },
  };
}

/** Makes numbers for a probe, of the given shape, from their index. */
export function floats(shape: readonly number[], at: (index: number) => number): Sample {
  const length = shape.reduce((product, size) => product * size, 1);
  require(length <= mostSamples, 'a graph that takes too much work to follow');
  const data = new Float64Array(length);
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.fround(at(i));
  }
  return { shape, type: dataType.float, data };
}

/** Returns a number in -1..1 that follows from the index and looks random. */
export function scattered(index: number): number {
  const x = Math.sin(index * 12.9898 + 4.1414) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}

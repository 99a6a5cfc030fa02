import { OctavecError } from '../../base/index.js';
import type { StoredTensor } from '../../files/index.js';
import type { Weight } from '../encoder-plan.js';

/** Parts of checkpoints that embeddings do not need: heads of the training, buffers that code makes anew. */
const unneeded =
  /(^|\.)(pooler|cls|lm_head|head|classifier|qa_outputs|pre_classifier|vocab_\w+|score|decoder|mlm|discriminator_predictions)(\.|$)|(^|\.)(position_ids|token_type_ids|inv_freq|original_inv_freq)$/;

/** Names of output layers that share the table of words with the encoder; some files hold one of the two only. */
const tiedToWords = [
  'lm_head.weight',
  'lm_head.decoder.weight',
  'cls.predictions.decoder.weight',
  'vocab_projector.weight',
];

/** Tensors of an encoder, whatever stands before their names, and which of them were taken. */
export class NamedTensors {
  readonly #folder: string;
  readonly #tensors: ReadonlyMap<string, StoredTensor>;
  readonly #prefix: string;
  readonly #taken = new Set<string>();

  constructor(folder: string, tensors: ReadonlyMap<string, StoredTensor>, prefix: string) {
    this.#folder = folder;
    this.#tensors = tensors;
    this.#prefix = prefix;
  }

  /** Tells whether there is a tensor. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** Returns the sizes of a tensor, which does not count as taken by that. */
  dims(name: string): readonly number[] {
    return this.#find(name)?.dims ?? [];
  }

  /**
   * Takes a tensor with the given number of dimensions.
   *
   * @throws WEIGHTS_INVALID
   */
  take(name: string, dimensions: number): StoredTensor {
    return this.#checked(this.#found(name), dimensions);
  }

  #found(name: string): StoredTensor {
    const tensor = this.#find(name);
    if (tensor === undefined) {
      throw this.#invalid(`the tensor "${this.#prefix}${name}" is missing`);
    }
    return tensor;
  }

  #checked(tensor: StoredTensor, dimensions: number): StoredTensor {
    if (tensor.dims.length !== dimensions || tensor.dims.includes(0)) {
      throw this.#invalid(
        `the tensor "${tensor.name}" has the shape [${tensor.dims}], and one of ${dimensions} dimensions is expected`,
      );
    }
    this.#taken.add(tensor.name);
    return tensor;
  }

  /**
   * Takes the table of words, or the output layer that shares it.
   *
   * @returns the table, and how many words it has
   */
  takeWords(name: string, width: number): { readonly weight: Weight; readonly count: number } {
    const tied = this.has(name) ? undefined : tiedToWords.find((each) => this.#tensors.has(each));
    const tensor = this.#checked(tied === undefined ? this.#found(name) : (this.#tensors.get(tied) as StoredTensor), 2);
    const [count, columns] = tensor.dims;
    if (columns !== width) {
      throw this.#misfit(tensor, [count, width]);
    }
    return { weight: { tensor }, count };
  }

  /**
   * Takes a tensor of exactly these dimensions, or rows of one.
   *
   * @throws WEIGHTS_INVALID
   */
  weight(name: string, dims: readonly number[], rows?: readonly [number, number]): Weight {
    const tensor = this.take(name, dims.length);
    const found = rows === undefined ? tensor.dims : [rows[1] - rows[0], ...tensor.dims.slice(1)];
    if (found.some((size, axis) => size !== dims[axis]) || (rows !== undefined && rows[1] > tensor.dims[0])) {
      throw this.#misfit(tensor, dims);
    }
    return { tensor, rows };
  }

  /**
   * Lists what was not taken, all of it parts that an encoder does not need.
   *
   * @throws WEIGHTS_INVALID for anything else: that is how an unknown variant of an architecture is noticed
   */
  leftOver(): readonly string[] {
    const left = [...this.#tensors.keys()].filter((name) => !this.#taken.has(name));
    const odd = left.filter((name) => !unneeded.test(name));
    if (odd.length > 0) {
      const more = odd.length > 3 ? ` and ${odd.length - 3} more` : '';
      throw this.#invalid(`nothing is known of the tensors ${odd.slice(0, 3).join(', ')}${more}`);
    }
    return left;
  }

  #find(name: string): StoredTensor | undefined {
    const full = this.#prefix + name;
    // The first BERT files, which were made from TensorFlow's, have other names in norms.
    const old = full.replace(/\.weight$/, '.gamma').replace(/\.bias$/, '.beta');
    // What stands behind the encoder is no part of it, and often has no prefix.
    const outside = unneeded.test(name) ? this.#tensors.get(name) : undefined;
    return this.#tensors.get(full) ?? this.#tensors.get(old) ?? outside;
  }

  #misfit({ name, dims }: StoredTensor, wanted: readonly number[]): OctavecError {
    return this.#invalid(`the tensor "${name}" has the shape [${dims}], which does not fit [${wanted}]`);
  }

  #invalid(why: string): OctavecError {
    return new OctavecError('WEIGHTS_INVALID', { path: this.#folder, why });
  }
}

import { isRecord, OctavecError } from '../../base/index.js';

/** config.json of a model, whose keys differ from one generation of files to the next. null is as good as nothing. */
export class ConfigReader {
  readonly path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(path: string, values: Readonly<Record<string, unknown>>) {
    this.path = path;
    this.#values = values;
  }

  /** Returns the first of the keys that has a value. */
  get(...keys: readonly string[]): unknown {
    const key = keys.find((each) => Object.hasOwn(this.#values, each) && this.#values[each] !== null);
    return key === undefined ? undefined : this.#values[key];
  }

  /** Tells whether a key is there and null, which some models mean. */
  isNull(key: string): boolean {
    return Object.hasOwn(this.#values, key) && this.#values[key] === null;
  }

  /**
   * Reads the first of the keys that is there, as a positive whole number.
   *
   * @throws CONFIG_INVALID for what is no positive whole number, as the methods below for what is not of their type
   */
  count(...keys: readonly string[]): number | undefined {
    const value = this.get(...keys);
    return value === undefined || isCount(value) ? value : this.#refuse(keys, 'a positive whole number');
  }

  /**
   * Reads the same, which must be there.
   *
   * @throws CONFIG_INVALID where it is missing, too
   */
  needCount(...keys: readonly string[]): number {
    return this.count(...keys) ?? this.#refuse(keys, 'there');
  }

  /** Reads the first of the keys that is there, as a number above 0. */
  positive(...keys: readonly string[]): number | undefined {
    const value = this.number(...keys);
    return value === undefined || value > 0 ? value : this.#refuse(keys, 'a number above 0');
  }

  number(...keys: readonly string[]): number | undefined {
    const value = this.get(...keys);
    return value === undefined || isNumber(value) ? value : this.#refuse(keys, 'a number');
  }

  text(...keys: readonly string[]): string | undefined {
    const value = this.get(...keys);
    return value === undefined || typeof value === 'string' ? value : this.#refuse(keys, 'a text');
  }

  flag(...keys: readonly string[]): boolean | undefined {
    const value = this.get(...keys);
    return value === undefined || typeof value === 'boolean' ? value : this.#refuse(keys, 'true or false');
  }

  texts(...keys: readonly string[]): readonly string[] | undefined {
    const value = this.get(...keys);
    const are = Array.isArray(value) && value.every((each) => typeof each === 'string');
    return value === undefined || are ? value : this.#refuse(keys, 'a list of texts');
  }

  /** Reads an object in the configuration. */
  inner(...keys: readonly string[]): ConfigReader | undefined {
    const value = this.get(...keys);
    if (value === undefined) {
      return undefined;
    }
    return isRecord(value) ? new ConfigReader(this.path, value) : this.#refuse(keys, 'an object');
  }

  /** Refuses a model that has a part which is not converted. @throws MODEL_UNSUPPORTED */
  unsupported(what: string): never {
    throw new OctavecError('MODEL_UNSUPPORTED', {
      path: this.path,
      what,
      hint: 'Export the model to ONNX with its own tools.',
    });
  }

  /**
   * Checks that a key has one of the allowed values, if it is there.
   *
   * @throws MODEL_UNSUPPORTED if a key says something else than what octavec converts
   */
  only(key: string, ...allowed: readonly unknown[]): void {
    const value = this.get(key);
    if (value !== undefined && !allowed.includes(value)) {
      this.unsupported(`"${key}": ${JSON.stringify(value)}`);
    }
  }

  #refuse(keys: readonly string[], what: string): never {
    throw new OctavecError('CONFIG_INVALID', { path: this.path, why: `${keys.join(' or ')} is not ${what}` });
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** No encoder has anything of which there are more. */
const mostOfAnything = 2 ** 31;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < mostOfAnything;
}

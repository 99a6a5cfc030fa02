import type { Sight } from './architecture.js';
import type { ConfigReader } from './config-reader.js';

/** Returns one entry for each layer. */
export function everyLayer(layers: number, sight: (layer: number) => Sight): readonly Sight[] {
  return Array.from({ length: layers }, (_, layer) => sight(layer));
}

/**
 * Returns the kinds of layers by `layer_types`, else global where the rule says so.
 *
 * @throws MODEL_UNSUPPORTED
 */
export function layerKinds(
  config: ConfigReader,
  layers: number,
  isGlobal: (layer: number) => boolean,
): readonly string[] {
  const kinds =
    config.texts('layer_types') ??
    Array.from({ length: layers }, (_, layer) => (isGlobal(layer) ? 'full_attention' : 'sliding_attention'));
  const odd = kinds.find((kind) => kind !== 'full_attention' && kind !== 'sliding_attention');
  if (odd !== undefined || kinds.length !== layers) {
    config.unsupported(odd === undefined ? `"layer_types" for ${kinds.length} layers` : `layers of the type "${odd}"`);
  }
  return kinds;
}

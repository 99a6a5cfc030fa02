import { keysOf } from '../base/index.js';
import type { Message, ModelProto, TensorProto } from './messages.js';
import { fieldLists, type MessageName } from './schema.js';

/** The fields through which tensors are reached: initializers, attributes, subgraphs, functions. */
const waysToTensors = new Map(
  keysOf(fieldLists).map((name) => [
    name,
    fieldLists[name].filter(({ message }) => message !== undefined && reaches(message)),
  ]),
);

function reaches(name: MessageName, seen: ReadonlySet<MessageName> = new Set()): boolean {
  return (
    name === 'TensorProto' ||
    fieldLists[name].some(
      ({ message }) => message !== undefined && !seen.has(message) && reaches(message, new Set([...seen, name])),
    )
  );
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns the model with every tensor changed, wherever it stands. What has no changed tensor in it stays the same
 * object.
 *
 * @example
 * ```ts
 * const undocumented = mapTensors(model.proto, (tensor) => ({ ...tensor, docString: undefined }));
 * ```
 */
export function mapTensors<Model extends ModelProto>(
  model: Model,
  change: (tensor: TensorProto) => TensorProto,
): Model {
  return mapMessage('ModelProto', model, change) as Model;
}

/**
 * Lists all tensors of a model, in the order in which they are written.
 *
 * @example
 * ```ts
 * const largest = Math.max(...everyTensor(model.proto).map(({ dims }) => elementCount({ dims })));
 * ```
 */
export function everyTensor(model: ModelProto): TensorProto[] {
  const tensors: TensorProto[] = [];
  mapTensors(model, (tensor) => {
    tensors.push(tensor);
    return tensor;
  });
  return tensors;
}

function mapMessage(name: MessageName, message: Message, change: (tensor: TensorProto) => TensorProto): Message {
  if (name === 'TensorProto') {
    return change(message as TensorProto);
  }
  const changed: Record<string, unknown> = {};
  for (const field of waysToTensors.get(name) ?? []) {
    const before = (message as Fields)[field.key];
    const map = (item: unknown) => mapMessage(field.message as MessageName, item as Message, change);
    if (field.repeated) {
      const items = before as readonly unknown[];
      const after = items.map(map);
      if (after.some((item, i) => item !== items[i])) {
        changed[field.key] = after;
      }
    } else if (before !== undefined) {
      const after = map(before);
      if (after !== before) {
        changed[field.key] = after;
      }
    }
  }
  return Object.keys(changed).length === 0 ? message : { ...message, ...changed };
}

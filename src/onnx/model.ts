import type { GraphProto, ModelProto } from './messages.js';

/** A model as read from a file. `path` says where its external data are to be found, and what errors call it. */
export interface OnnxModel {
  /** Path of the file, which external data are relative to. */
  readonly path: string;
  /** The model as its file says it. */
  readonly proto: ModelProto & { readonly graph: GraphProto };
}

/**
 * Returns the opset version of a domain ('' and 'ai.onnx' are the same), or undefined if the model does not import it.
 *
 * @example
 * ```ts
 * opsetVersion(model); // 17
 * opsetVersion(model, 'com.microsoft'); // 1, or undefined
 * ```
 */
export function opsetVersion(model: OnnxModel, domain = ''): number | undefined {
  return model.proto.opsetImport.find((opset) => normalDomain(opset.domain) === normalDomain(domain))?.version;
}

/**
 * Returns '' for the standard domain, whichever way it is written, and every other domain as it is.
 *
 * @example
 * ```ts
 * normalDomain('ai.onnx'); // ''
 * ```
 */
export function normalDomain(domain: string | undefined): string {
  return domain === undefined || domain === 'ai.onnx' ? '' : domain;
}

/**
 * Returns the model with another graph.
 *
 * @example
 * ```ts
 * const { graph } = model.proto;
 * const shorter = withGraph(model, { ...graph, node: graph.node.slice(1) });
 * ```
 */
export function withGraph(model: OnnxModel, graph: GraphProto): OnnxModel {
  return { ...model, proto: { ...model.proto, graph } };
}

/**
 * Returns the model with an opset import set to at least `version`.
 *
 * @example
 * ```ts
 * const extended = withOpset(model, 'com.microsoft', 1);
 * ```
 */
export function withOpset(model: OnnxModel, domain: string, version: number): OnnxModel {
  const current = opsetVersion(model, domain);
  if (current !== undefined && current >= version) {
    return model;
  }
  const others = model.proto.opsetImport.filter((opset) => normalDomain(opset.domain) !== normalDomain(domain));
  return { ...model, proto: { ...model.proto, opsetImport: [...others, { domain, version }] } };
}

/**
 * Returns the metadata of a model as a map.
 *
 * @example
 * ```ts
 * metadata(model).get('octavec.recipe');
 * ```
 */
export function metadata(model: OnnxModel): ReadonlyMap<string, string> {
  return new Map(model.proto.metadataProps.map((entry) => [entry.key ?? '', entry.value ?? '']));
}

/**
 * Returns the model with metadata entries set; others stay.
 *
 * @example
 * ```ts
 * const signed = withMetadata(model, { author: 'me' });
 * ```
 */
export function withMetadata(model: OnnxModel, entries: Readonly<Record<string, string>>): OnnxModel {
  const kept = model.proto.metadataProps.filter((entry) => !Object.hasOwn(entries, entry.key ?? ''));
  const added = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return { ...model, proto: { ...model.proto, metadataProps: [...kept, ...added] } };
}

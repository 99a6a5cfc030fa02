/** Named limits that a file must keep before octavec believes it. */
export const limits = {
  /** Protocol buffers cannot be larger: a length is a signed 32-bit number. */
  fileBytes: 2 ** 31 - 1,
  /** Graphs within attributes within graphs. Real models reach 8 or so. */
  depth: 64,
  /** Messages, strings and numbers outside tensors. The largest real graphs hold some 100,000. */
  items: 4_000_000,
  /** Bytes of names, documentation and metadata in all. Exporters that note stack traces reach some tens of millions. */
  textBytes: 2 ** 28,
  /** Dimensions of a tensor. */
  rank: 32,
  /** Bytes of one tensor: what a typed array of Node 20 holds. The largest embedding tables take 3 GB. */
  tensorBytes: 2 ** 32,
} as const;

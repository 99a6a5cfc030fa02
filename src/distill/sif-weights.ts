/** Smoothing of Zipf's law: the weight of the commonest tokens falls towards 0. As in model2vec. */
const smoothing = 1e-4;

/**
 * Weights tokens by their place in the vocabulary, which most tokenizers order by frequency: smooth inverse frequency
 * (S. Arora, Y. Liang, T. Ma, A Simple but Tough-to-Beat Baseline for Sentence Embeddings, ICLR 2017), a / (a + p),
 * where p is Zipf's guess of the frequency, proportional to 1 / (place + 2).
 */
export function sifWeights(tokens: number): Float32Array {
  let total = 0;
  for (let place = 0; place < tokens; place++) {
    total += 1 / (place + 2);
  }
  return Float32Array.from({ length: tokens }, (_, place) => smoothing / (smoothing + 1 / (place + 2) / total));
}

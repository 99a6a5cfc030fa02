/** Of a piece: about a hundred tokens, which every teacher reads whole. */
const mostCharacters = 450;

const sentenceEnds = /(?<=[.!?])\s+|(?<=[。！？])|\n{2,}/u;
/** As many characters as fit up to the end of a word, or else as many as fit. */
const fitting = new RegExp(`.{1,${mostCharacters}}(?=\\s|$)|.{${mostCharacters - 1},${mostCharacters}}`, 'gsu');

/**
 * Cuts long texts at the ends of sentences: a teacher's vector of half a page says less of each word than those of its parts.
 * Sentences that are too long themselves are cut between words. Empty texts are left out, and so is what was there before.
 */
export function piecesOf(texts: Iterable<string>): string[] {
  const pieces = new Set<string>();
  for (const text of texts) {
    let piece = '';
    for (const sentence of sentencesOf(text)) {
      const longer = piece === '' ? sentence : `${piece} ${sentence}`;
      if (longer.length > mostCharacters) {
        pieces.add(piece);
        piece = sentence;
      } else {
        piece = longer;
      }
    }
    pieces.add(piece);
  }
  pieces.delete('');
  return [...pieces];
}

function sentencesOf(text: string): string[] {
  const sentences = text.split(sentenceEnds).flatMap(cut);
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '');
}

/** Cuts a sentence that is too long between words, or within one that is too long itself. */
function cut(sentence: string): readonly string[] {
  return sentence.length <= mostCharacters ? [sentence] : (sentence.match(fitting) ?? []);
}

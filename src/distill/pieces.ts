/** Of a piece: about a hundred tokens, which every teacher reads whole. */
const mostCharacters = 450;

/**
 * Cuts long texts at the ends of sentences: a teacher's vector of half a page says less of each word than those of its parts.
 * Empty texts are left out, and so is what was there before.
 */
export function piecesOf(texts: Iterable<string>): string[] {
  const pieces = new Set<string>();
  for (const text of texts) {
    let piece = '';
    for (const sentence of text.split(/(?<=[.!?。！？])\s+|\n{2,}/u)) {
      if (piece !== '' && piece.length + sentence.length > mostCharacters) {
        pieces.add(piece);
        piece = '';
      }
      piece = piece === '' ? sentence.trim() : `${piece} ${sentence.trim()}`;
    }
    pieces.add(piece);
  }
  pieces.delete('');
  return [...pieces];
}

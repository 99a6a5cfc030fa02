/** Names texts by their positions: "texts 3, 17 and 5 more". */
export function placesOfTexts(indices: readonly number[]): string {
  const named = indices.slice(0, mostNamed).join(', ');
  const more = indices.length > mostNamed ? ` and ${indices.length - mostNamed} more` : '';
  return `text${indices.length === 1 ? '' : 's'} ${named}${more}`;
}

/** Places that a message names one by one. */
const mostNamed = 10;

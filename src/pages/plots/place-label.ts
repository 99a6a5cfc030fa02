import { type Frame, narrowFrame } from './plot.js';

/** A part of the picture that is covered. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end' | 'middle';
}

/** Rough sizes of text in the plots' font. */
const characterWidth = 6;
const ascent = 9;
const descent = 3;
const lineHeight = 13;

/**
 * Finds a place for a dot's name: right of it, left, above or below, wherever it covers nothing, or a few lines away;
 * else above, within the picture. The place is added to what is taken.
 */
export function placeLabel(
  text: string,
  cx: number,
  cy: number,
  r: number,
  taken: Box[],
  frame: Frame = narrowFrame,
): Label {
  const candidates: Label[] = [
    { x: cx + r + 4, y: cy + 4, anchor: 'start' },
    { x: cx - r - 4, y: cy + 4, anchor: 'end' },
    { x: cx, y: cy - r - 5, anchor: 'middle' },
    { x: cx, y: cy + r + 12, anchor: 'middle' },
    ...[0, 1, 2].flatMap((lines): Label[] => [
      { x: withinPicture(cx, text, frame), y: cy - r - 5 - lines * lineHeight, anchor: 'middle' },
      { x: withinPicture(cx, text, frame), y: cy + r + 12 + lines * lineHeight, anchor: 'middle' },
    ]),
  ];
  const free = candidates.find((label) => {
    const box = boxOf(label, text);
    return isInside(box, frame) && !taken.some((other) => overlap(box, other));
  });
  const label = free ?? candidates[4];
  taken.push(boxOf(label, text));
  return label;
}

/** Moves the centre of a text so that the text lies within the picture. */
function withinPicture(x: number, text: string, { horizontal: [from, to] }: Frame): number {
  const half = (characterWidth * text.length) / 2;
  return Math.max(from + half, Math.min(to - half, x));
}

function boxOf({ x, y, anchor }: Label, text: string): Box {
  const width = characterWidth * text.length;
  const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
  return { left, right: left + width, top: y - ascent, bottom: y + descent };
}

function isInside({ left, right, top, bottom }: Box, { horizontal, vertical }: Frame): boolean {
  const [from, to] = horizontal;
  const [lowest, highest] = vertical;
  return left >= from && right <= to && top >= highest && bottom <= lowest;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

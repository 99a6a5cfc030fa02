/** Figures as people read them, with their units. What is not a number is shown as such. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Writes a size with three digits or so and a decimal unit: 23123456 → "23.1 MB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // From 999.5 on, rounding would show a fourth digit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : threeDigits(value)} ${units[unit]}`;
}

/** Reads a size: "25MB" → 25000000, "1.5 GiB" → 1610612736, "800" → 800; undefined for anything else, and for nothing. */
export function parseBytes(text: string): number | undefined {
  const [, digits, prefix = '', binary] = /^\s*(\d+(?:\.\d+)?)\s*(?:([kMGT])?(i)?B)?\s*$/i.exec(text) ?? [];
  const power = ' kmgt'.indexOf(prefix.toLowerCase() || ' ');
  const bytes = Math.round(Number(digits) * (binary === undefined ? 1000 : 1024) ** power);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/** Writes a count: 3 → "3", 28.73 → "28.7", 1379 → "1,379". */
export function formatCount(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : threeDigits(value);
}

/** Writes a number of things with a regular plural: 1 → "1 text", 2 → "2 texts". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Writes seconds: 0.012 → "12 ms", 4.21 → "4.2 s", 200 → "3 min 20 s". */
export function formatDuration(seconds: number): string {
  if (seconds < 0.9995) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 99.95 || !Number.isFinite(seconds)) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes < 60 ? `${minutes} min ${rest} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Writes a figure with a fixed count of digits behind the point; "NaN" where it is none, "–" where there is none. */
export function formatFigure(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}

function threeDigits(value: number): string {
  if (value >= 99.95) {
    return Math.round(value).toLocaleString('en-US');
  }
  return value.toFixed(value >= 9.995 ? 1 : 2);
}

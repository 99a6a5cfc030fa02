/** A piece of HTML or SVG that is safe to put into a page. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | undefined | readonly Part[];

/**
 * Makes markup of a template for HTML and SVG: what is put in is escaped, unless it is Markup itself. Nothing stands
 * for undefined.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((text, i) => (i === 0 ? text : rendered(parts[i - 1]) + text)).join(''));
}

function rendered(part: Part): string {
  if (part === undefined) {
    return '';
  }
  if (part instanceof Markup) {
    return part.text;
  }
  if (typeof part === 'string' || typeof part === 'number') {
    return escaped(String(part));
  }
  return part.map(rendered).join('');
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (mark) => entities[mark]);
}

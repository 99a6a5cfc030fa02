import { html, type Markup } from './markup.js';
import { reportStyle } from './report-style.js';
import { styleSheet } from './style-sheet.js';

/** Writes a page that needs nothing else: no network, no script. */
export function page(title: string, body: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${styleSheet}${reportStyle}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text;
}

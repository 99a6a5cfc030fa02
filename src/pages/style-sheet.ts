import { Markup } from './markup.js';

/**
 * Returns rules that turn a table into a list of entries: each row a block, each cell a line with its heading in front.
 */
function asList(table: string): string {
  const parts = ['', ' tbody', ' tr', ' td', ' th', ' caption'].map((part) => table + part).join(', ');
  return `${parts} { display: block; }
${table} thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
${table} tr { border-bottom: 2px solid var(--line); padding: .5rem 0; }
${table} tr > * { border: 0; padding: .125rem 0; text-align: left; }
${table} td { display: flex; justify-content: space-between; gap: 1rem; }
${table} td::before { content: attr(data-label); color: var(--faint); }
${table} td.text { display: block; }
${table} td.text::before { display: block; }`;
}

/**
 * Light and dark by the reader's choice, one column on a phone, ink on paper with everything open. Tables turn into lists
 * where their own place is narrow, on screens: paper is measured like a phone.
 */
export const styleSheet = new Markup(`
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2129; --faint: #5b6472; --line: #d8dde5; --panel: #f5f7fa;
  --accent: #1f66c1; --good: #1a7f37; --bad: #b42318;
  --series-0: #1f66c1; --series-1: #b3470c; --series-2: #1a7f37; --series-3: #8a3ab9; --series-4: #8a6100; --series-5: #0b7a85;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --ink: #e8ebf0; --faint: #a3acba; --line: #363d48; --panel: #1d222a;
    --accent: #6cb2ff; --good: #56c271; --bad: #ff8a7a;
    --series-0: #6cb2ff; --series-1: #ff9d6b; --series-2: #56c271; --series-3: #d39bff; --series-4: #e6b450; --series-5: #4fd1dc;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
main, .panel { container-type: inline-size; }
main { max-width: 80rem; margin: 0 auto; padding: 1.5rem clamp(.75rem, 2.5vw, 2rem) 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; }
main > h3 { margin-top: 1.75rem; }
p { margin: .25rem 0 .75rem; max-width: 58rem; }
.faint, figcaption, summary { color: var(--faint); }
.faint, figcaption, summary, td small { font-size: .875rem; }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); }
/* Tables of layers need more room than a plot. */
.broad-cards { grid-template-columns: repeat(auto-fill, minmax(min(30rem, 100%), 1fr)); }
.broad-cards svg { max-width: 24rem; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .875rem 1rem; margin: 0; min-width: 0; }
.pass { color: var(--good); font-weight: 700; }
.fail { color: var(--bad); font-weight: 700; }
.panel ul { margin: .25rem 0 0; padding-left: 1.1rem; }
dl { margin: 0; }
dt { font-weight: 700; }
dd { margin: 0 0 .75rem; }
table + table { margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9375rem; }
caption { text-align: left; color: var(--faint); font-size: .875rem; padding-bottom: .25rem; }
th, td { text-align: right; padding: .375rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
td.figure, th.short { white-space: nowrap; }
h1, h2, h3, th.long, td.text, dt, dd, caption, summary, figcaption { overflow-wrap: anywhere; }
th.long { min-width: 12rem; }
th:first-child, .word, .text { text-align: left; }
.narrow { display: none; }
figure { break-inside: avoid; }
svg { display: block; width: 100%; height: auto; }
.grid svg { max-width: 34rem; margin-inline: auto; }
svg text { font: 11px system-ui, sans-serif; fill: var(--ink); paint-order: stroke; stroke: var(--panel); stroke-width: 3px; stroke-linejoin: round; }
svg .tick { fill: var(--faint); }
svg .axis { stroke: var(--line); stroke-width: 1; }
svg .guide { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3; }
svg .mark { fill: var(--accent); }
svg .front { stroke: var(--ink); stroke-width: 1.5; }
svg .dot { fill: var(--accent); fill-opacity: .45; }
svg .span { stroke: var(--accent); stroke-width: 3; }
svg .bar { fill: var(--series, var(--accent)); fill-opacity: .75; }
svg .whisker { stroke: var(--ink); stroke-width: 1.5; }
svg .line { fill: none; stroke: var(--series); stroke-width: 2; }
svg .point { fill: var(--series); }
svg .error { stroke: var(--series); stroke-width: 1.5; }
.s0 { --series: var(--series-0); } .s1 { --series: var(--series-1); } .s2 { --series: var(--series-2); }
.s3 { --series: var(--series-3); } .s4 { --series: var(--series-4); } .s5 { --series: var(--series-5); }
svg .s1.line { stroke-dasharray: 7 3; } svg .s2.line { stroke-dasharray: 2 3; } svg .s3.line { stroke-dasharray: 9 3 2 3; }
svg .s4.line { stroke-dasharray: 12 4; } svg .s5.line { stroke-dasharray: 4 2 1 2; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 0 0 .75rem; list-style: none; }
.legend li { min-width: 0; overflow-wrap: anywhere; }
.legend li::before { content: ""; display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; border-radius: .15rem; background: var(--series); }
svg .bad.mark { fill: var(--bad); }
svg .bad.span { stroke: var(--bad); }
svg .good.mark { fill: var(--good); }
svg .good.span { stroke: var(--good); }
.heat { margin-top: .75rem; table-layout: fixed; font-size: .8125rem; }
.heat th, .heat td { padding: .2rem .125rem; text-align: center; white-space: nowrap; }
.heat thead th { height: 9rem; white-space: nowrap; vertical-align: bottom; }
.heat thead span { writing-mode: vertical-rl; transform: rotate(180deg); }
.heat td { background: color-mix(in srgb, var(--bad) calc(100% * var(--strength)), transparent); print-color-adjust: exact; }
.heat small { display: block; font-size: .75rem; }
summary { cursor: pointer; padding: .25rem 0; }
@media screen {
  @container (max-width: 48rem) {
${asList('table.wide')}
  }
  @container (max-width: 40rem) {
    .broad { display: none; }
    .narrow { display: block; }
  }
}
@media print {
  :root { color-scheme: light; font-size: 11px; --ink: #000; --faint: #444; --line: #bbb; --panel: #fff; --good: #14632b; --bad: #8f1c13; }
  main { max-width: none; padding: 0; }
  .panel, tr { break-inside: avoid; }
  h1, h2, h3, h2 + p, summary { break-after: avoid; }
  /* What a reader would open stands open on paper. */
  details::details-content { content-visibility: visible; block-size: auto; height: auto; }
  summary { list-style: none; }
  /* The columns that a page holds sideways; a card does not. */
${asList('.panel table.wide')}
  table { font-size: .8125rem; }
  th, td { padding: .25rem; }
  th.long { min-width: 7rem; }
}
`);

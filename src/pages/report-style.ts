import { Markup } from './markup.js';

/** The opening of a report and the cards of its variants. */
export const reportStyle = new Markup(`
.opening { padding: 1.75rem 2rem; border: 1px solid var(--line); border-radius: .875rem; margin-bottom: 1.5rem;
  background: linear-gradient(120deg, color-mix(in srgb, var(--accent) 13%, var(--paper)), color-mix(in srgb, var(--good) 9%, var(--paper))); }
.opening .title { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .6rem; margin: 0 0 1rem; max-width: none; font-weight: 700; }
.opening .title .faint { font-weight: 400; overflow-wrap: anywhere; }
.opening .title .status { margin-left: auto; }
.opening .mark { width: 1.1rem; height: 1.1rem; border-radius: .3rem;
  background: linear-gradient(to right, var(--accent) 0 22%, transparent 22% 39%, var(--accent) 39% 61%, transparent 61% 78%, var(--good) 78%); }
.opening h1 { font-size: clamp(1.45rem, 3.4cqi, 2.4rem); letter-spacing: -.015em; max-width: 68rem; text-wrap: balance; }
.opening .lead { max-width: 58rem; margin: 0; color: var(--faint); }
.status { border-radius: 1rem; padding: .1rem .7rem; font-size: .875rem; font-weight: 700; white-space: nowrap; border: 1px solid currentcolor; background: var(--paper); }
.status small { font-weight: 400; }
.tiles { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(13.5rem, 100%), 1fr)); margin: 0; }
.tile { border-left: 3px solid var(--accent); background: var(--panel); border-radius: 0 .5rem .5rem 0; padding: .6rem .9rem; min-width: 0; }
.tile dt { font-weight: 400; font-size: .875rem; color: var(--faint); }
.tile dd { margin: 0; }
.tile b { display: block; font-size: 1.05rem; }
.tile .faint { display: block; line-height: 1.35; font-size: .8125rem; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(23rem, 100%), 1fr)); }
.card { container-type: inline-size; min-width: 0; border: 1px solid var(--line); border-top: 4px solid var(--good); border-radius: .75rem; padding: 1rem 1.25rem; background: var(--panel); break-inside: avoid; }
.card.refused { border-top-color: var(--bad); }
.card header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .25rem .75rem; }
.card h2 { margin: 0; font-size: 1.2rem; min-width: 0; }
.card h3 { font-size: .875rem; font-weight: 600; }
.card figure { margin: 0; min-width: 0; }
.badges { display: flex; flex-wrap: wrap; gap: .375rem; list-style: none; margin: .5rem 0 0; padding: 0; }
.badges li { font-size: .75rem; border-radius: .3rem; padding: .05rem .45rem; background: color-mix(in srgb, var(--accent) 16%, var(--panel)); }
.reasons { margin: .75rem 0 0; padding-left: 1.1rem; color: var(--bad); }
.summary { display: flex; flex-wrap: wrap; gap: 1rem 1.25rem; align-items: center; margin: 1rem 0; }
.kept { flex: 0 0 8rem; text-align: center; font-size: .8125rem; line-height: 1.25; color: var(--faint); }
.kept svg { width: 6.5rem; margin: 0 auto .25rem; }
svg .ring-track, svg .ring { fill: none; stroke-width: 10; }
svg .ring-track { stroke: var(--line); }
svg .ring.good { stroke: var(--good); } svg .ring.bad { stroke: var(--bad); }
.kept svg text { font-size: 19px; font-weight: 700; stroke: none; }
.meters { flex: 1 1 11rem; display: grid; gap: .6rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr)); min-width: 0; line-height: 1.3; }
.meter b { font-size: 1.05rem; } .meter .faint { font-size: .8125rem; }
.meter > div { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 .5rem; }
.meter .change { font-weight: 700; color: var(--accent); }
.meter > .track { display: block; position: relative; height: .5rem; border-radius: .25rem; margin: .2rem 0; background: var(--line); print-color-adjust: exact; }
.track .fill { display: block; height: 100%; border-radius: .25rem; background: var(--accent); min-width: .25rem; }
.track .before { position: absolute; top: -.2rem; bottom: -.2rem; width: 3px; margin-left: -3px; border-radius: 2px; background: var(--ink); }
.tasks { list-style: none; margin: 0 0 1rem; padding: 0; font-size: .9375rem; font-variant-numeric: tabular-nums; }
/* A figure and what was found of it stay together on the right. */
.tasks li > :last-child { margin-left: auto; }
.tasks li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; border-top: 1px solid var(--line); padding: .25rem 0; }
.finding { color: var(--faint); font-size: .8125rem; } .finding.bad { color: var(--bad); } .finding.good { color: var(--good); }
.pictures { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); }
.pictures svg { max-width: 28rem; margin-inline: auto; }
.solo .card { padding: 1.25rem 1.5rem; }
.pair { grid-column: 1 / -1; display: grid; gap: 1rem 2rem; }
.pair > * { min-width: 0; container-type: inline-size; }
svg .origin.mark { fill: var(--paper); stroke: var(--ink); stroke-width: 2; stroke-dasharray: 3 2; }
@container (max-width: 40rem) {
  .meters { grid-template-columns: 1fr; }
}
@container (min-width: 60rem) {
  .pair { grid-template-columns: 22rem minmax(0, 1fr); }
  .cards.paired { grid-template-columns: 1fr 1fr; }
}
@container (min-width: 40rem) {
  .summary { gap: 2.5rem; }
  .meter b { font-size: 1.35rem; }
}
@media print {
  .opening, .card, .tile { background: none; }
  .cards { grid-template-columns: 1fr 1fr; }
  .cards.solo { grid-template-columns: 1fr; }
}
`);

/** How charts look. */
import { heatLevels } from './chart/palette.ts';

const toneRules = ['faded', 'side', 'ink', 'one', 'two', 'three', 'four']
  .map((tone) => `.tone-${tone}{--tone:var(--${tone})}`)
  .join('\n');

const heatRules = Array.from(
  { length: heatLevels + 1 },
  (_, level) =>
    `td.heat-${level}{background:var(--heat-${level});color:var(--heat-text-${level})}\nrect.heat-${level}{fill:var(--heat-${level})}`,
).join('\n');

/** Rules for figures and what is in them. */
export const chartStyle = `
${toneRules}
${heatRules}
.grid-of-charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:2.25rem 2rem;align-items:start}
.figure{min-width:0;display:flex;flex-direction:column}
.figure.wide{grid-column:1/-1}
.figure figcaption{font-size:.875rem;line-height:1.35}
.figure figcaption strong{font-weight:620}
.figure .unit{color:var(--muted)}
.figure .note{margin-top:.35rem}
.chart{display:block;width:100%;height:auto;margin-top:.4rem;touch-action:pan-y}
.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.1rem .95rem;font-size:.8125rem;color:var(--muted);margin-top:.2rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.swatch{flex:none}
.line{fill:none;stroke:var(--tone);stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
.line.faint{stroke-width:1;opacity:.35}
.mark{fill:var(--tone);stroke:var(--surface);stroke-width:.75}
.fill{fill:var(--tone)}
.grid{stroke:var(--rule);stroke-width:1}
.axis{stroke:var(--muted);stroke-width:1}
.boundary{stroke:var(--ink);stroke-width:1.25;stroke-dasharray:3 3}
.cursor{stroke:var(--ink);stroke-width:1;opacity:.6;pointer-events:none}
.front{fill:none;stroke:var(--muted);stroke-width:1.25;stroke-dasharray:5 4}
.band{fill:var(--band)}
.band.odd{fill:var(--rule);opacity:.75}
.chart text{font-size:11px;fill:var(--muted);font-family:inherit}
.chart text.label{fill:var(--ink)}
.chart text.phase{font-size:10.5px}
.plot{position:relative}
.readout{position:absolute;z-index:1;top:100%;left:0;right:0;font-size:.8125rem;line-height:1.4;padding:.1rem .5rem .3rem;margin-left:-.5rem;color:var(--ink);background:var(--surface);border-bottom:1px solid var(--rule);overflow-wrap:anywhere;pointer-events:none}
.readout:empty{display:none}
.as-table{margin-top:.15rem;font-size:.8125rem;color:var(--muted)}
.as-table .scroll{max-height:18rem;overflow:auto;margin-top:.4rem}
.as-table table{font-size:.8125rem;color:var(--ink)}
`;

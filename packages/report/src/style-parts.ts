/** How the parts of the page look that are neither text nor charts. */

/** Rules for figures in large type, cards, matrices, facts. */
export const partStyle = `
.kicker{color:var(--muted);font-size:.875rem;margin-bottom:.5rem}
.lead{font-size:1.0625rem;max-width:46rem;margin-top:.9rem}
.state{display:inline-flex;align-items:center;gap:.5rem;font-size:.8125rem;border:1px solid var(--rule);background:var(--surface);border-radius:99px;padding:.15rem .75rem;margin-top:1.1rem}
.state::before{content:"";width:.55rem;height:.55rem;border-radius:50%;background:var(--one)}
.state.running::before{background:none;border:2px solid var(--faded)}
.state.failed::before,.state.smoke::before{background:var(--three);border-radius:1px}
.alarm{border-left:3px solid var(--three);padding:.6rem 0 .6rem 1rem;margin-top:1.25rem;max-width:46rem}
.alarm pre{margin-top:.5rem}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(max(8.5rem,20%),1fr));gap:1.75rem 1.75rem;margin-top:2.25rem}
.figures>div{border-top:2px solid var(--rule);padding-top:.6rem;display:flex;flex-direction:column}
.figures>.is-faded{border-color:var(--faded)}
.figures>.is-side{border-color:var(--side)}
.figures dt{font-size:.8125rem;color:var(--muted);line-height:1.35}
.figures dt{min-height:1.35em}
.figures dd{margin:.1rem 0;font-size:1.5rem;font-weight:620;letter-spacing:-.02em;line-height:1.3;white-space:nowrap}
.figures .is-faded dd{color:var(--faded)}
.figures .is-side dd{color:var(--side)}
.figures small{display:block;font-weight:400;letter-spacing:0;white-space:normal;margin-top:.1rem;font-size:.8125rem;color:var(--muted);line-height:1.35}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1.5rem;font-size:.875rem}
.facts dt{color:var(--muted)}
.facts dd{margin:0;overflow-wrap:anywhere}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:2.25rem 3rem;align-items:start}
.columns h3{margin-top:0}
.chart.share-bar{width:100%;height:20px;margin:.6rem 0 .3rem}
.toggle{border:0;padding:0;margin:0 0 1rem;display:flex;gap:1.25rem;font-size:.875rem;flex-wrap:wrap}
.toggle legend{padding:0;float:left;margin-right:1.25rem;color:var(--muted)}
.toggle label{display:flex;gap:.4rem;align-items:center;cursor:pointer}
.toggle input{accent-color:var(--faded);margin:0}
@media screen{
.choice:has(.choose-faded:checked) .of-side{display:none}
.choice:has(.choose-side:checked) .of-faded{display:none}
}
.matrix{border-collapse:separate;border-spacing:2px;font-size:.8125rem}
.matrix th,.matrix td{border:0;padding:.25rem .5rem;border-radius:3px}
.matrix td{text-align:right;min-width:2.6rem}
.matrix td.right{outline:1px solid var(--muted);outline-offset:-1px}
.matrix thead th{vertical-align:bottom;max-width:7rem;white-space:normal;text-align:right;padding:.25rem .5rem}
.matrix tbody th{min-width:0;max-width:11rem;position:sticky;left:0;background:var(--ground)}
.choice .note{margin-top:.5rem}
.matrix caption{caption-side:bottom;text-align:left;color:var(--muted);padding-top:.5rem}
.group{display:flex;gap:.6rem;align-items:baseline;flex-wrap:wrap}
.group .note{font-weight:400}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,9.5rem),1fr));gap:1.25rem 1.1rem;list-style:none;padding:0;align-items:start}
.cards.of-scenes{grid-template-columns:repeat(auto-fill,minmax(min(100%,14rem),1fr))}
.cards.of-text{grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr))}
.card{font-size:.8125rem;line-height:1.4;min-width:0;unicode-bidi:normal}
.shot{position:relative;background:var(--band);border-radius:6px;overflow:hidden;margin-bottom:.5rem;display:flex;justify-content:center}
.shot img{display:block;width:100%;height:auto;max-height:16rem;object-fit:fill}
.shot.small img{image-rendering:pixelated}
.shot svg{position:absolute;inset:0;width:100%;height:100%}
.shot.missing{color:var(--muted);padding:2rem .5rem;text-align:center}
.halo{fill:none;stroke:#000;stroke-width:4;opacity:.55;vector-effect:non-scaling-stroke}
.box{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
.box.expected{stroke:#ffe14d;stroke-dasharray:6 4}
.box.predicted{stroke:#58b0ff}
.box.by-side{stroke:#ffab5e;stroke-dasharray:2 3}
.box-legend{width:26px;height:12px;flex:none;background:#333;border-radius:2px}
.said{margin-bottom:.4rem;white-space:pre-line}
.card dl{display:grid;grid-template-columns:4.3rem minmax(0,1fr);gap:.05rem .4rem}
.card dt{color:var(--muted)}
.card dl{align-items:baseline}
.card dd{margin:0;overflow-wrap:anywhere}
.card .is-faded{color:var(--faded)}
.card .is-side{color:var(--side)}
.card .probability{color:var(--muted);white-space:nowrap}
.copy{margin-top:.5rem;justify-self:start}
.log{list-style:none;padding:0;font-size:.875rem}
.log li{display:grid;grid-template-columns:6rem minmax(0,1fr);gap:1rem;padding:.25rem 0;border-bottom:1px solid var(--rule);overflow-wrap:anywhere}
.log .at{color:var(--muted)}
.stack>*+*{margin-top:1.5rem}
`;

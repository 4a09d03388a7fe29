/** The pages' style: hashed for their policy as it stands here. */
import { dark, heatShades, light, type Palette } from './chart/palette.ts';
import { chartStyle } from './style-charts.ts';
import { partStyle } from './style-parts.ts';

function variables(palette: Palette): string {
  const colours = Object.entries(palette).map(([name, colour]) => `--${name}:${colour}`);
  const shades = heatShades(palette).flatMap(({ ground, text }, level) => [
    `--heat-${level}:${ground}`,
    `--heat-text-${level}:${text}`,
  ]);
  return [...colours, ...shades].join(';');
}

const base = `
*,*::before,*::after{box-sizing:border-box}
html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif;color:var(--ink);background:var(--ground);font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%;scroll-behavior:smooth;scroll-padding-top:1.5rem}
body{margin:0;overflow-wrap:break-word}
a{color:var(--faded);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--faded);outline-offset:2px;border-radius:2px}
h1,h2,h3,p,ul,ol,dl,figure{margin:0}
h1{font-size:clamp(1.7rem,1.2rem + 2vw,2.5rem);line-height:1.15;letter-spacing:-.022em;font-weight:680;text-wrap:balance}
h2{font-size:1.3rem;line-height:1.25;letter-spacing:-.012em;font-weight:650;margin-bottom:1.25rem}
h3{font-size:1rem;line-height:1.35;font-weight:650;margin:2rem 0 .75rem}
.page{max-width:78rem;margin:0 auto;padding:2.5rem 1rem 5rem}
main{min-width:0}
section{margin-top:3.5rem;padding-top:1.75rem;border-top:1px solid var(--rule)}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--surface);padding:.5rem 1rem;z-index:3}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.contents ul{list-style:none;padding:0;display:flex;gap:.1rem 1.1rem;overflow-x:auto;font-size:.875rem;white-space:nowrap;padding-bottom:.5rem}
.contents a{color:var(--muted);text-decoration:none;display:block;padding:.3rem 0}
.contents a:hover{color:var(--ink);text-decoration:underline}
@media (min-width:68rem){
.page{display:grid;grid-template-columns:9.5rem minmax(0,1fr);gap:0 3.5rem;padding:3.5rem 2rem 6rem}
.contents{position:sticky;top:3rem;align-self:start}
.contents ul{display:block;border-left:1px solid var(--rule);padding-left:1rem;white-space:normal}
}
.user{unicode-bidi:isolate;overflow-wrap:anywhere}
td,th,li,dd,pre,code{unicode-bidi:isolate}
.note,.muted{color:var(--muted);font-size:.875rem}
.prose{max-width:42rem}
.prose p+p{margin-top:.75rem}
.scroll{overflow-x:auto;max-width:100%}
.scroll+.note,.grid-of-charts+.note,.columns+.note,.figure+.note{margin-top:.75rem}
table{border-collapse:collapse;font-size:.875rem;line-height:1.4}
th,td{padding:.35rem 1rem .35rem 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--rule);font-weight:400;overflow-wrap:normal}
thead th{color:var(--muted);font-size:.8125rem;vertical-align:bottom;max-width:10rem}
thead .number{white-space:normal}
tbody th{min-width:5.5rem}
table .user{overflow-wrap:break-word}
.number{text-align:right;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
pre,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.8125rem}
pre{background:var(--band);border-radius:6px;padding:.9rem 1rem;overflow-x:auto;margin:0;line-height:1.5;tab-size:2}
summary{cursor:pointer;width:fit-content}
button{font:inherit;font-size:.8125rem;color:var(--ink);background:var(--surface);border:1px solid var(--muted);border-radius:5px;padding:.2rem .7rem;cursor:pointer}
button:hover{border-color:var(--ink)}
@media print{
:root{${variables(light)};color-scheme:light}
html{font-size:10.5pt;background:#fff}
.page{display:block;max-width:none;padding:0}
.contents,.skip,.copy,.readout,.toggle,.as-table{display:none}
section{margin-top:1.5rem;padding-top:1rem}
h2,h3{break-after:avoid}
figure,.card,tr{break-inside:avoid}
.scroll,pre{overflow:visible}
pre{white-space:pre-wrap}
}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;

const themes = `
:root{${variables(light)};color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{${variables(dark)}}}
`;

/** The whole style sheet of every page. */
export const style = [themes, chartStyle, partStyle, base].join('').replace(/\n+/g, '\n').trim();

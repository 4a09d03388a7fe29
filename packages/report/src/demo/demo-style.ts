/** How the page looks: one column on phones, input beside answer where there is room, light and dark as the system is. */
export const demoStyle = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #16181d; --soft: #545b68; --line: #d9dde4; --field: #ffffff;
  --accent: #3450c8; --accent-ink: #ffffff; --tint: #e6eafb; --track: #eceff4;
  --good: #18794e; --warn: #8a5300; --bad: #b3261e; --bad-tint: #fdecea;
  --round: 14px; --gap: 20px;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101217; --card: #191c23; --ink: #eceef2; --soft: #a5adbb; --line: #2f3541; --field: #12151b;
    --accent: #8ea2ff; --accent-ink: #0d1230; --tint: #232c52; --track: #262b35;
    --good: #5fd09a; --warn: #f2b366; --bad: #ff9a92; --bad-tint: #3a1d1b;
  }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
  overflow-wrap: anywhere;
}
.wrap { max-width: 1040px; margin: 0 auto; padding: 28px 20px 48px; }
header { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: 12px 24px; margin-bottom: 24px; }
h1 { margin: 0; font-size: 26px; line-height: 1.2; letter-spacing: -0.015em; }
header p { margin: 6px 0 0; color: var(--soft); }
h2 { margin: 0 0 14px; font-size: 15px; font-weight: 650; }
#status {
  display: inline-flex; align-items: center; gap: 8px; margin: 0; padding: 5px 12px; border: 1px solid var(--line);
  border-radius: 99px; background: var(--card); color: var(--ink); font-size: 14px; font-variant-numeric: tabular-nums;
}
#status::before { content: ''; width: 8px; height: 8px; border-radius: 50%; background: var(--soft); }
#status[data-state='ready']::before { background: var(--good); }
#status[data-state='warning']::before { background: var(--warn); }
main { display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); align-items: stretch; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: var(--round); padding: 20px; }
.stage { position: relative; display: grid; place-items: center; border-radius: 10px; overflow: hidden; min-height: 260px; background: var(--track); }
.stage.digits { background: none; min-height: 0; }
.stage.digits.blank::after { content: 'Draw here'; position: absolute; color: #8b93a3; font-size: 18px; pointer-events: none; }
.stage.over { outline: 3px solid var(--accent); outline-offset: 2px; }
canvas {
  display: block; width: 100%; max-width: 400px; aspect-ratio: 1; margin: 0 auto; border-radius: 10px; background: #000;
  cursor: crosshair; touch-action: none; border: 1px solid var(--line);
}
.drop { display: grid; place-content: center; gap: 6px; width: 100%; min-height: 260px; padding: 24px; text-align: center; color: var(--soft); border: 2px dashed var(--line); border-radius: 10px; cursor: pointer; }
.drop strong { color: var(--ink); font-weight: 600; }
.stage.filled .drop { display: none; }
.frame { display: grid; place-items: center; width: 100%; }
.picture { position: relative; display: block; line-height: 0; max-width: 100%; }
.picture img { display: block; width: 100%; height: auto; }
#box { position: absolute; border: 3px solid #e6007e; outline: 2px solid #fff; border-radius: 2px; }
#no-preview { margin: 0; padding: 40px 24px; color: var(--soft); line-height: 1.5; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 14px; }
button, .button {
  display: inline-block; font: inherit; font-size: 15px; padding: 8px 14px; border-radius: 9px; border: 1px solid var(--line); background: var(--card);
  color: var(--ink); cursor: pointer;
}
button:hover:not(:disabled), .button:hover { border-color: var(--accent); }
button:disabled { color: var(--soft); opacity: 0.6; cursor: default; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); font-weight: 600; }
.push { display: inline-flex; margin-left: auto; }
form { margin-top: 18px; }
h2 + form { margin-top: 0; }
label.field { display: block; margin: 14px 0 6px; font-size: 14px; font-weight: 600; }
label.field:first-child { margin-top: 0; }
textarea {
  display: block; width: 100%; padding: 10px 12px; border: 1px solid var(--line); border-radius: 9px; background: var(--field);
  color: var(--ink); font: inherit; resize: vertical;
}
::placeholder { color: var(--soft); opacity: 1; }
.help { margin: 12px 0 0; font-size: 14px; color: var(--soft); }
:focus-visible, input:focus-visible + .button { outline: 3px solid var(--accent); outline-offset: 2px; }
#answer { transition: opacity 120ms; }
#answer.busy { opacity: 0.55; }
#hint { margin: 0; padding: clamp(20px, 8vw, 96px) 20px; text-align: center; color: var(--soft); }
#error { margin: 0; }
#error { padding: 12px 14px; border-radius: 9px; background: var(--bad-tint); color: var(--bad); }
.headline { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; margin: 0 0 18px; }
#value { font-size: 34px; font-weight: 700; line-height: 1.15; letter-spacing: -0.02em; }
#value.long { font-size: 22px; line-height: 1.3; letter-spacing: -0.01em; }
#sure { font-size: 18px; color: var(--soft); font-variant-numeric: tabular-nums; }
#bars { list-style: none; margin: 0 0 20px; padding: 0; display: grid; gap: 12px; }
#bars li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 12px; }
#bars .share { color: var(--soft); font-variant-numeric: tabular-nums; }
#bars .best .name { font-weight: 650; }
.bar { grid-column: 1 / -1; height: 8px; border-radius: 4px; background: var(--track); overflow: hidden; }
.bar span { display: block; height: 100%; min-width: 2px; border-radius: 4px; background: var(--soft); opacity: 0.75; }
.best .bar span { background: var(--accent); opacity: 1; }
#times, .facts { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 16px; margin: 0; font-size: 14px; }
#times { padding-top: 14px; border-top: 1px solid var(--line); }
.facts + .note { margin-top: 12px; }
dt { color: var(--soft); }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
.below { display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); margin-top: var(--gap); }
.below p { margin: 0 0 10px; font-size: 15px; }
.below p:last-child { margin-bottom: 0; }
.below .note { color: var(--soft); font-size: 14px; }
details { margin-top: 14px; font-size: 15px; }
summary { cursor: pointer; font-weight: 600; border-radius: 4px; }
pre { margin: 10px 0 0; padding: 12px; border-radius: 9px; background: var(--track); font: 13px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; overflow-x: auto; }
.warning { margin: 0 0 var(--gap); padding: 12px 14px; border-radius: 9px; border: 1px solid var(--warn); }
.hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
footer { margin-top: 28px; color: var(--soft); font-size: 14px; }
@media (max-width: 720px) {
  .wrap { padding: 20px 14px 36px; }
  main, .below { grid-template-columns: minmax(0, 1fr); }
  .card { padding: 16px; }
  header { align-items: start; flex-direction: column; margin-bottom: 18px; }
  h1 { font-size: 22px; }
  #value { font-size: 28px; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { .bar span { background: CanvasText; } .bar { border: 1px solid CanvasText; } }
`;

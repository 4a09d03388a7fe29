/**
 * The page of `mdpd serve`: one file, in which nothing is loaded from elsewhere. The server beside it gives the model, the
 * runtime and the thread's script, and prepares inputs.
 */
import { createHash } from 'node:crypto';
import type { DemoAbout } from './demo-about.ts';
import { factCards, lede } from './demo-facts.ts';
import { inputCard } from './demo-input.ts';
import { demoScript, workerScript } from './demo-script.ts';
import { demoStyle } from './demo-style.ts';
import { escapeText } from '../html.ts';
import { escapeJson } from './escape-json.ts';

const script = demoScript();

/** The script of the thread in which the model runs: `GET /worker.js`. */
export const demoWorker = workerScript();

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * Content security policy of the page: its own script and style, by their hashes, the thread, and its own server. Images
 * are those that the user gave it.
 */
export const demoPolicy = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(demoStyle)}`,
  "worker-src 'self'",
  "connect-src 'self'",
  'img-src blob: data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Content security policy of the thread, which compiles WebAssembly of this server. */
export const workerPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** HTML of the page, whole; to be sent with `demoPolicy`. */
export function demoPage(about: DemoAbout): string {
  const title = escapeText(about.title);
  const hint = about.digits
    ? 'Draw a digit, or choose an image: the answer appears here.'
    : about.input === 'image'
      ? 'Choose an image: the answer appears here.'
      : 'The answer appears here.';
  const smoke = about.run?.smoke
    ? '<p class="warning">This run was made with <code>--smoke</code>: it has hardly learned anything.</p>'
    : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="referrer" content="no-referrer" />
<title>${title} · mdpd serve</title>
<link rel="icon" href="data:," />
<style>${demoStyle}</style>
</head>
<body>
<div class="wrap">
<header>
<div><h1>${title}</h1><p>${lede(about)}</p></div>
<p id="status">Starting</p>
</header>
${smoke}
<main>
${inputCard(about)}
<section class="card" aria-labelledby="answer-title">
<h2 id="answer-title">Prediction</h2>
<div id="answer">
<p id="hint">${hint}</p>
<p id="error" role="alert" hidden></p>
<div id="result" hidden>
<p class="headline"><span id="value"></span> <span id="sure"></span></p>
<ol id="bars" aria-label="Alternatives, best first"></ol>
<dl id="times"></dl>
</div>
</div>
</section>
</main>
${factCards(about)}
<footer>mdpd serve: for trying a model out. Ctrl-C in its terminal ends it.</footer>
</div>
<p class="hidden" id="say" role="status"></p>
<noscript><p class="wrap">This page needs JavaScript. Programs may ask <code>/predict</code>.</p></noscript>
<script type="application/json" id="about">${escapeJson(about)}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

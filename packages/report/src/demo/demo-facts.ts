/** What the page says of the model: in a line, in numbers, and what runs where. */
import { formatBytes, formatCount, formatMetric } from '../format.ts';
import type { DemoAbout } from './demo-about.ts';
import { escapeText } from '../html.ts';

/** Most class names that are written out. */
const mostLabels = 12;

/** One line under the title. */
export function lede(about: DemoAbout): string {
  const { task, run } = about;
  const origin = run ? [run.backbone, `trained with ${run.method}`] : [];
  return [does(about), `task ${task}`, ...origin].map(escapeText).join(' · ');
}

function does({ input, boxes, labels }: DemoAbout): string {
  if (boxes) return 'Finds what a text names in an image';
  const reads = { image: 'images', text: 'texts', imageText: 'images with texts' }[input];
  const count = formatCount(labels.length);
  if (labels.length < 2) return `Reads ${reads}`;
  return input === 'imageText'
    ? `Answers questions about images, with one of ${count} answers`
    : `Tells ${reads} of ${count} classes apart`;
}

/** What is made of an input before the model reads it. */
const preparation: Readonly<Record<DemoAbout['input'], string>> = {
  image: 'which scales it and makes numbers of its pixels',
  text: 'which splits it into tokens',
  imageText: 'which scales the image and splits the text into tokens',
};

/** What runs where, honestly. */
export function whereText({ runs, input }: DemoAbout): string {
  if (runs.where === 'browser') {
    return `The model (${formatBytes(runs.bytes)}) runs in this browser, on ONNX Runtime Web ${escapeText(runs.runtime)}, in one thread of WebAssembly. What you give is sent to the server at this address, ${preparation[input]} exactly as <code>mdpd predict</code> does. The numbers that the model answers with go back there and become names: so both give the same answer.`;
  }
  return `The model runs on the server at this address, not in this browser: ${escapeText(runs.why)}. What you give is sent there and answered there.`;
}

/** The two cards below. */
export function factCards(about: DemoAbout): string {
  return `<div class="below">
<section class="card" aria-labelledby="where-title">
<h2 id="where-title">What runs where</h2>
<p id="where">${whereText(about)}</p>
<p class="note">The server keeps nothing once it has answered, and asks no other server.</p>
<details><summary>From a program</summary>
<pre tabindex="0" aria-label="A command that asks the server">${curlOf(about)}</pre>
</details>
</section>
${numbersCard(about)}
</div>`;
}

function curlOf({ input }: DemoAbout): string {
  const address = '<span class="origin">http://127.0.0.1:7860</span>/predict';
  const body = {
    image: '-F image=@photo.png',
    imageText: `-F image=@photo.png \\\n  -F text=${escapeText("'the red circle'")}`,
    text: `-H ${escapeText("'content-type: application/json'")} \\\n  -d ${escapeText('\'{ "inputs": ["some text"] }\'')}`,
  }[input];
  return `curl ${address} \\\n  ${body}`;
}

function numbersCard({ run, labels }: DemoAbout): string {
  const shown = labels.slice(0, mostLabels).map(escapeText).join(', ');
  const more = labels.length > mostLabels ? ` and ${formatCount(labels.length - mostLabels)} more` : '';
  const classes = labels.length > 1 ? `<p class="note">Classes: ${shown}${more}</p>` : '';
  if (!run) {
    return `<section class="card" aria-labelledby="numbers-title"><h2 id="numbers-title">The model</h2>
<p>It belongs to no run: nothing says how good it is.</p>${classes}</section>`;
  }
  const { primary, metrics, testExamples } = run;
  const names = [primary, ...Object.keys(metrics).filter((name) => name !== primary)];
  const rows = names
    .filter((name) => metrics[name] !== undefined)
    .map((name) => `<dt>${escapeText(name)}</dt><dd>${escapeText(formatMetric(name, metrics[name]!))}</dd>`);
  return `<section class="card" aria-labelledby="numbers-title">
<h2 id="numbers-title">On ${formatCount(testExamples)} test examples</h2>
<dl class="facts">${rows.join('')}</dl>
${classes}
</section>`;
}

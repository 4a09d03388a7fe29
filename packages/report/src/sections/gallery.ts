/** Examples of the test split: what was expected, and what the two models said. */
import { clip, formatCount, formatShare } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../page.ts';
import {
  exampleKinds,
  type ExampleKind,
  type ShownExampleRecord,
  type ShownExamples,
} from '../shown-examples.ts';

type Prediction = NonNullable<ShownExampleRecord['faded']>;
type Box = NonNullable<ShownExampleRecord['expectedBox']>;

const kinds: Readonly<Record<ExampleKind, readonly [sign: string, title: string, about: string]>> = {
  right: ['✓', 'Right', 'the faded model is right, with its side network or without'],
  wrong: ['✗', 'Wrong', 'neither is right'],
  mended: ['↑', 'Mended by fading', 'the faded model is right where the side network was wrong'],
  broken: ['↓', 'Broken by fading', 'the faded model is wrong where the side network was right'],
};
const alone: Partial<Record<ExampleKind, string>> = {
  right: 'the model is right',
  wrong: 'the model is wrong',
};

/** Shown whole, at most. */
const mostCharacters = 500;
const smallImage = 64;
const mostExamples = 48;
const mostTexts = 4;
/** Of what is not a card. */
const headingBytes = 5000;

/** At most `bytes` of the page: images that do not fit are left out with a word, and then whole examples. */
export function gallerySection(examples: ShownExamples | undefined, bytes: number): Section | undefined {
  if (examples === undefined || examples.shown.length === 0) return undefined;
  const budget = { left: bytes - headingBytes };
  const shown = examples.shown.slice(0, mostExamples);
  const boxes = shown.some(({ expectedBox, faded, side }) => expectedBox ?? faded?.box ?? side?.box);
  // One model alone is right or wrong, and nothing has mended it.
  const both = shown.some(({ faded, side }) => faded && side);
  const groups = exampleKinds.map((kind) => groupOf({ ...examples, shown }, kind, both, budget));
  const body = html`<p class="note">
      Of ${formatCount(examples.examples)} examples of the split
      <span class="user">${clip(examples.split, 120)}</span>, some of every kind.
    </p>
    ${boxes && boxLegend(both)}${groups}`;
  return { id: 'examples', title: 'Examples', body };
}

interface Budget {
  left: number;
}

function groupOf(
  { shown, counts }: ShownExamples,
  kind: ExampleKind,
  both: boolean,
  budget: Budget,
): Markup | undefined {
  const own = shown.filter((each) => each.kind === kind);
  const cards = cardsWithin(budget, own, both);
  if (cards.length === 0) return undefined;
  const [sign, title, about] = kinds[kind];
  const count = counts?.[kind];
  const ofText = own.every(({ image }) => image === undefined);
  const ofScenes = own.some(({ image }) => image && Math.max(image.width, image.height) > smallImage);
  return html`<h3 class="group">
      <span><span aria-hidden="true">${sign} </span>${title}</span>
      <span class="note"
        >${count !== undefined && `${formatCount(count)}: `}${both ? about : (alone[kind] ?? about)}</span
      >
    </h3>
    <ul class="cards${ofText && ' of-text'}${ofScenes && ' of-scenes'}">
      ${cards}
    </ul>`;
}

function cardsWithin(budget: Budget, examples: readonly ShownExampleRecord[], both: boolean): Markup[] {
  return examples.flatMap((example) => {
    const choices = [imageOf(example), tooLarge].map((image) => cardOf(example, both, image));
    const fits = choices.find(({ text }) => Buffer.byteLength(text) <= budget.left);
    budget.left -= Buffer.byteLength(fits?.text ?? '');
    return fits ?? [];
  });
}

const tooLarge = html`<p class="shot missing">image left out: the page would be too large</p>`;

function cardOf(example: ShownExampleRecord, both: boolean, image: Markup | undefined): Markup {
  const { expected, texts = [], faded, side } = example;
  return html`<li class="card">
    ${image}
    ${texts.slice(0, mostTexts).map((text) => html`<p class="said user" dir="auto">${clip(text, mostCharacters)}</p>`)}
    <dl>
      ${
        expected !== undefined &&
        html`<dt>expected</dt>
          <dd class="user">${clip(expected, mostCharacters)}</dd>`
      }
      ${faded && predictionOf(both ? 'faded' : 'predicted', faded, 'faded')}
      ${side && predictionOf(faded ? 'side' : 'predicted', side, 'side')}
    </dl>
  </li>`;
}

function predictionOf(name: string, { value, probability }: Prediction, of: 'faded' | 'side'): Markup {
  const shown = html`<span class="user">${clip(value, mostCharacters)}</span>`;
  return html`<dt class="is-${of}">${name}</dt>
    <dd>
      ${shown}${probability !== undefined && html` <span class="probability">${formatShare(probability, 0)}</span>`}
    </dd>`;
}

function imageOf(example: ShownExampleRecord): Markup | undefined {
  const { image, expectedBox, faded, side, index, texts } = example;
  // Only what holds its own bytes: anything else would be a request.
  if (image === undefined || !image.source.startsWith('data:image/')) return undefined;
  const { width, height, source } = image;
  const boxes = html`${boxOf(expectedBox, 'expected')}${boxOf(side?.box, faded ? 'by-side' : 'predicted')}${boxOf(faded?.box, 'predicted')}`;
  const drawn =
    boxes.text !== '' &&
    html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${boxes}</svg>`;
  const small = Math.max(width, height) <= smallImage;
  const alt = `example ${index} of the split${texts?.[0] === undefined ? '' : `: ${clip(texts[0], 120)}`}`;
  return html`<div class="shot${small && ' small'}">
    <img src="${source}" width="${width}" height="${height}" alt="${alt}" decoding="async" />${drawn}
  </div>`;
}

function boxOf(box: Box | undefined, of: 'expected' | 'predicted' | 'by-side'): Markup | undefined {
  if (box === undefined || !box.every(Number.isFinite)) return undefined;
  const [x, y, width, height] = box.map((value) => Number(value.toFixed(1))) as [
    number,
    number,
    number,
    number,
  ];
  const place = html`x="${x}" y="${y}" width="${Math.max(0, width)}" height="${Math.max(0, height)}"`;
  return html`<rect class="halo" ${place} /><rect class="box ${of}" ${place} />`;
}

function boxLegend(both: boolean): Markup {
  const entries = [
    ['expected', 'expected'],
    ['predicted', both ? 'faded model' : 'predicted'],
    ...(both ? [['by-side', 'side network']] : []),
  ] as const;
  return html`<ul class="legend">
    ${entries.map(
      ([of, name]) =>
        html`<li>
          <svg class="box-legend" viewBox="0 0 26 12" width="26" height="12" aria-hidden="true">
            <rect class="box ${of!}" x="2" y="2" width="22" height="8" /></svg
          >${name}
        </li>`,
    )}
  </ul>`;
}

/** The card in which an input is given, by what the model reads. */
import type { DemoAbout } from './demo-about.ts';

/** HTML of the card. Nothing in it is of strangers. */
export function inputCard(about: DemoAbout): string {
  const { input, digits } = about;
  return `<section class="card" aria-labelledby="input-title">
<h2 id="input-title">${titleOf(about)}</h2>
${input === 'text' ? '' : `${digits ? drawingStage : imageStage}\n${tools(digits)}`}
${input === 'image' ? '' : textForm(about)}
</section>`;
}

function titleOf({ input, digits, boxes, sentences = [1] }: DemoAbout): string {
  if (digits) return 'Draw a digit';
  if (input === 'image') return 'Choose an image';
  if (input === 'imageText') return boxes ? 'Name something in an image' : 'Ask about an image';
  return sentences.includes(1) ? 'Write a text' : 'Write two texts';
}

const preview = `<div class="frame" id="frame" hidden>
<span class="picture" id="picture"><img id="preview" alt="" /><span id="box" hidden></span></span>
<p id="no-preview" hidden></p>
</div>`;

const drawingStage = `<div class="stage digits" id="stage">
<canvas id="drawing" tabindex="0" role="application" aria-label="Drawing area" aria-describedby="drawing-help"></canvas>
${preview}
</div>`;

const imageStage = `<div class="stage" id="stage">
<label class="drop" for="file"><strong>Drop an image here</strong><span>or paste one, or choose a file: PNG, JPEG, WebP, GIF, AVIF, TIFF</span></label>
${preview}
</div>`;

const keys =
  'Arrow keys move the pen too, the space bar puts it down and lifts it. The drawing is scaled and centred as the digits of MNIST are, and sent as a PNG file.';

function tools(digits: boolean): string {
  return `<div class="tools">
${digits ? '<button type="button" id="undo">Undo</button>' : ''}
<button type="button" id="clear">Clear</button>
<span class="push"><input class="hidden" type="file" id="file" aria-label="Choose an image" accept="image/png,image/jpeg,image/webp,image/gif,image/avif,image/tiff" /><label class="button" for="file">Choose an image</label></span>
</div>
${digits ? `<p class="help" id="drawing-help">${keys}</p>` : ''}`;
}

function textForm({ input, boxes, sentences = [1] }: DemoAbout): string {
  if (input === 'imageText') {
    const label = boxes ? 'What to find' : 'Question';
    const example = boxes ? 'the red circle on the left' : 'What colour is the circle?';
    return form(field('text', label, example, 1, true), boxes ? 'Find it' : 'Ask', 'Enter');
  }
  const pair = sentences.includes(2);
  const needed = !sentences.includes(1);
  const fields = pair
    ? field('text', 'First text', '', 3, true) +
      field('second', needed ? 'Second text' : 'Second text, where the model reads pairs', '', 3, needed)
    : field('text', 'Text', 'Type or paste a text', 5, true);
  return form(fields, 'Predict', 'Ctrl + Enter (⌘ + Enter)');
}

function field(id: string, label: string, example: string, rows: number, required: boolean): string {
  return `<label class="field" for="${id}">${label}</label>
<textarea id="${id}" rows="${rows}" placeholder="${example}"${required ? ' required' : ''}></textarea>`;
}

function form(fields: string, action: string, key: string): string {
  return `<form id="form">
${fields}
<div class="tools"><button type="submit" class="main">${action}</button></div>
<p class="help">${key} does the same.</p>
</form>`;
}

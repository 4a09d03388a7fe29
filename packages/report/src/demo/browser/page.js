// @ts-check
/** Brings the parts of the page together. What it is about stands in the page as JSON. */

const about = JSON.parse(byId('about').textContent ?? '');
const asking = new Asking(about.runs.where);
/** @type {AbortController | undefined} */
let current;

/** Asks, and shows the answer unless something else was asked meanwhile. @param {Question} question */
async function predict(question) {
  current?.abort();
  const own = (current = new AbortController());
  showBusy();
  images?.showBox(undefined);
  try {
    const [prediction, times] = await asking.predict(question, own.signal);
    if (own.signal.aborted) return;
    showAnswer(prediction, times, asking.where);
    images?.showBox(prediction.box);
  } catch (thrown) {
    if (!own.signal.aborted) showError(thrown);
  }
}

function forget() {
  current?.abort();
  showNothing();
}

const readsImage = about.input !== 'text';
const readsText = about.input !== 'image';

const images = readsImage
  ? new ImageInput({ chosen: () => void askImage(), refused: showError, limit: about.limits.imageBytes })
  : undefined;
const drawing = about.digits
  ? new Drawing(/** @type {HTMLCanvasElement} */ (byId('drawing')), {
      begun: updateTools,
      changed: () => void askDrawing(),
      say,
    })
  : undefined;

/** Asks about the image once there is one, and the text that has to be with it. */
async function askImage() {
  updateTools();
  const image = images?.file;
  const text = readsText ? textOf() : undefined;
  if (!image || text === '') return forget();
  await predict(text === undefined ? { image } : { image, text });
}

async function askDrawing() {
  updateTools();
  if (!drawing || drawing.empty) return forget();
  await predict({ image: await drawing.file() });
}

/** The text, or both with a tab between, as `mdpd predict` reads them. */
function textOf() {
  const fields = /** @type {HTMLTextAreaElement[]} */ (
    [...document.querySelectorAll('#form textarea')].filter((each) => !each.closest('[hidden]'))
  );
  // A tab separates texts: within one it is a space.
  const texts = fields.map(({ value }) => value.replaceAll('\t', ' ').trim());
  return texts.every((each) => each === '') ? '' : texts.join('\t').replace(/\t$/, '');
}

function updateTools() {
  const shown = images?.file !== undefined;
  if (drawing) {
    byId('drawing').hidden = shown;
    byId('stage').classList.toggle('blank', !shown && drawing.empty);
    /** @type {HTMLButtonElement} */ (byId('undo')).disabled = shown || drawing.empty;
  }
  const clear = /** @type {HTMLButtonElement | null} */ (document.getElementById('clear'));
  if (clear) clear.disabled = !shown && (drawing?.empty ?? true);
}

function clear() {
  images?.hide();
  drawing?.clear();
  updateTools();
  forget();
  say('Cleared');
}

document.getElementById('clear')?.addEventListener('click', clear);
document.getElementById('undo')?.addEventListener('click', () => drawing?.undo());

if (readsText) {
  const form = /** @type {HTMLFormElement} */ (byId('form'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = textOf();
    if (text === '') return showError('Write something first.');
    if (!readsImage) return void predict({ text });
    if (!images?.file) return showError('Choose an image first.');
    void askImage();
  });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    // Questions are one line; in longer texts Enter begins a new one.
    if (readsImage ? event.shiftKey : !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

for (const each of document.querySelectorAll('.origin')) each.textContent = location.origin;

/** Fetches the model, where it is to run here, and tells how far that is. */
async function start() {
  updateTools();
  const status = byId('status');
  if (asking.where === 'server') {
    status.dataset['state'] = 'ready';
    status.textContent = 'Runs on the server';
    return;
  }
  try {
    await asking.load((share) => {
      status.textContent =
        share < 1 ? `Loading the model: ${Math.floor(100 * share)} %` : 'Starting the model';
    });
    status.dataset['state'] = 'ready';
    status.textContent = 'Runs in this browser';
    say('The model is ready');
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    status.dataset['state'] = 'warning';
    status.textContent = 'Runs on the server';
    byId('where').textContent =
      `The model could not be started in this browser (${reason}), so it runs on the server instead: what you give is sent there and answered there.`;
  }
}

void start();

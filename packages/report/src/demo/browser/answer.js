// @ts-check
/** Shows predictions, how long they took, and what went wrong. Texts of strangers are only ever set as text. */

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** `83.1 %` @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** `3.1 ms`, `1.24 s` @param {number} milliseconds */
const duration = (milliseconds) =>
  milliseconds < 1000
    ? `${milliseconds.toFixed(milliseconds < 9.95 ? 1 : 0)} ms`
    : `${(milliseconds / 1000).toFixed(2)} s`;

/**
 * @typedef {object} Times how long it took, in milliseconds
 * @property {number} [prepare] on the server
 * @property {number} model
 * @property {number} all with the ways there and back
 */

/** @param {Prediction} prediction @param {Times} times @param {'browser' | 'server'} where */
function showAnswer({ value, probability, top = [] }, times, where) {
  byId('answer').classList.remove('busy');
  byId('hint').hidden = true;
  byId('error').hidden = true;
  byId('result').hidden = false;
  byId('value').textContent = value;
  byId('value').classList.toggle('long', value.length > 18);
  byId('sure').textContent = probability === undefined ? '' : percent(probability);
  byId('bars').replaceChildren(...top.map(barOf));
  byId('bars').hidden = top.length === 0;
  const rows = [
    [where === 'browser' ? 'Model, in this browser' : 'Model, on the server', times.model],
    ...(times.prepare === undefined ? [] : [['Preparation, on the server', times.prepare]]),
    ['From sending to showing', times.all],
  ];
  byId('times').replaceChildren(
    ...rows.flatMap(([name, milliseconds]) => [
      element('dt', String(name)),
      element('dd', duration(Number(milliseconds))),
    ]),
  );
  say(probability === undefined ? value : `${value}, ${percent(probability)}`);
}

/** @param {{ value: string, probability: number }} alternative @param {number} index */
function barOf({ value, probability }, index) {
  const row = element('li');
  if (index === 0) row.className = 'best';
  row.dataset['value'] = value;
  row.dataset['probability'] = String(probability);
  const bar = element('span');
  bar.className = 'bar';
  bar.setAttribute('aria-hidden', 'true');
  const fill = element('span');
  fill.style.width = `${100 * Math.min(Math.max(probability, 0), 1)}%`;
  bar.append(fill);
  const name = element('span', value);
  name.className = 'name';
  const share = element('span', percent(probability));
  share.className = 'share';
  row.append(name, share, bar);
  return row;
}

/** @param {string} name @param {string} [text] */
function element(name, text) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The answer that is shown is no longer of what is there. */
function showBusy() {
  byId('answer').classList.add('busy');
}

function showNothing() {
  byId('answer').classList.remove('busy');
  byId('result').hidden = true;
  byId('error').hidden = true;
  byId('hint').hidden = false;
}

/** @param {unknown} thrown */
function showError(thrown) {
  byId('answer').classList.remove('busy');
  byId('result').hidden = true;
  byId('hint').hidden = true;
  const error = byId('error');
  error.hidden = false;
  error.textContent = thrown instanceof Error ? thrown.message : String(thrown);
}

/** Tells it to those who hear the page. @param {string} text */
function say(text) {
  byId('say').textContent = text;
}

// @ts-check
/** From what the user gave to a prediction: with the model in this browser, or on the server where it cannot run here. */

/** What is asked. @typedef {{ image?: File, text?: string }} Question */

class Asking {
  /** @type {'browser' | 'server'} */
  where;
  /** @type {BrowserModel | undefined} */
  model = undefined;
  /** Resolves once the model is there, or is known not to come. @type {Promise<void>} */
  ready = Promise.resolve();

  /** @param {'browser' | 'server'} where */
  constructor(where) {
    this.where = where;
  }

  /** Fetches the model. @param {(share: number) => void} report */
  async load(report) {
    const model = new BrowserModel();
    this.ready = model.load(report).then(
      () => {
        this.model = model;
      },
      (thrown) => {
        this.where = 'server';
        throw thrown;
      },
    );
    // Whoever asks meanwhile waits, and is answered by the server then.
    const done = this.ready;
    this.ready = done.catch(() => undefined);
    await done;
  }

  /** @param {Question} question @param {AbortSignal} signal @returns {Promise<[Prediction, Times]>} */
  async predict(question, signal) {
    await this.ready;
    signal.throwIfAborted();
    const started = performance.now();
    const since = () => performance.now() - started;
    const request = { method: 'POST', signal, ...bodyOf(question) };
    const { model } = this;
    if (!model) {
      const [prediction] = await (await ask('predict?top=5', request)).json();
      return [prediction, { model: since(), all: since() }];
    }
    const encoded = readTensors(await (await ask('encode', request)).arrayBuffer());
    const { outputs, milliseconds } = await model.run(encoded.tensors);
    signal.throwIfAborted();
    const decoded = await ask(`decode?id=${encodeURIComponent(encoded.id)}`, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/octet-stream' },
      body: outputs,
    });
    const prediction = await decoded.json();
    return [prediction, { prepare: encoded.milliseconds, model: milliseconds, all: since() }];
  }
}

/** @param {Question} question @returns {RequestInit} */
function bodyOf({ image, text }) {
  if (!image) {
    const body = JSON.stringify({ inputs: [text], top: 5 });
    return { headers: { 'content-type': 'application/json' }, body };
  }
  const form = new FormData();
  form.append('image', image);
  if (text !== undefined) form.append('text', text);
  return { body: form };
}

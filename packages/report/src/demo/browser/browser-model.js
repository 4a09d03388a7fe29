// @ts-check
/** The model in this browser: in a thread of its own, asked by messages. */

class BrowserModel {
  /** @type {Map<number, { resolve(answer: any): void, reject(error: Error): void }>} */
  waiting = new Map();
  count = 0;

  constructor() {
    this.worker = new Worker('worker.js', { type: 'module' });
    this.worker.addEventListener('message', ({ data: { number, answer, error } }) => {
      const waiting = this.waiting.get(number);
      this.waiting.delete(number);
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(error));
    });
    this.worker.addEventListener('error', ({ message }) => {
      for (const { reject } of this.waiting.values()) reject(new Error(message || 'its thread failed'));
      this.waiting.clear();
    });
  }

  /** @param {(share: number) => void} report told how much of the model has come */
  async load(report) {
    const model = await download('model.onnx', report);
    await this.post({ model }, [model]);
  }

  /**
   * Outputs of the model, and how long it took.
   * @param {WireTensor[]} tensors
   * @returns {Promise<{ outputs: Float32Array<ArrayBuffer>, milliseconds: number }>}
   */
  run(tensors) {
    return this.post({ tensors });
  }

  /** @param {object} message @param {Transferable[]} [transfer] @returns {Promise<any>} */
  post(message, transfer = []) {
    const number = this.count++;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, ...message }, transfer);
    });
  }
}

// @ts-check
/**
 * The thread in which the model runs, so that the page stays alive meanwhile. Messages come with a number, which the
 * answer has too: first the model, then inputs.
 */

/**
 * @typedef {object} Ort what is used of ONNX Runtime
 * @property {{ wasm: { numThreads: number, wasmPaths: { wasm: string } } }} env
 * @property {new (dtype: string, data: ArrayLike<unknown>, shape: number[]) => unknown} Tensor
 * @property {{ create(model: Uint8Array, options: object): Promise<Session> }} InferenceSession
 */
/**
 * @typedef {object} Session
 * @property {(feeds: Record<string, unknown>) => Promise<Record<string, { data: Float32Array }>>} run
 */

/** @type {Promise<{ ort: Ort, session: Session }> | undefined} */
let opened;

/** @param {ArrayBuffer} model */
async function open(model) {
  const address = (/** @type {string} */ path) => new URL(path, self.location.href).href;
  /** @type {Ort} */
  const ort = await import(address('runtime/ort.mjs'));
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: address('runtime/ort.wasm') };
  const options = { executionProviders: ['wasm'], logSeverityLevel: 3 };
  return { ort, session: await ort.InferenceSession.create(new Uint8Array(model), options) };
}

/** @param {{ name: string, dtype: string, shape: number[], data: Float32Array | Int32Array | Uint8Array }[]} tensors */
async function run(tensors) {
  const { ort, session } = await /** @type {NonNullable<typeof opened>} */ (opened);
  const feeds = Object.fromEntries(
    tensors.map(({ name, dtype, shape, data }) => [
      name,
      // The file wants whole numbers as int64.
      dtype === 'float32'
        ? new ort.Tensor('float32', data, shape)
        : new ort.Tensor('int64', BigInt64Array.from(data, BigInt), shape),
    ]),
  );
  const started = performance.now();
  const { logits } = await session.run(feeds);
  if (!logits) throw new Error('the model has no output "logits"');
  return { outputs: logits.data, milliseconds: performance.now() - started };
}

self.addEventListener('message', async ({ data: { number, model, tensors } }) => {
  try {
    if (model) await (opened = open(model));
    self.postMessage({ number, answer: model ? true : await run(tensors) });
  } catch (thrown) {
    self.postMessage({ number, error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});

export {};

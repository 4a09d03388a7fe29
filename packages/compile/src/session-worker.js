// @ts-check
/**
 * The thread in which ONNX Runtime works: its calls block, and the main thread has signals and a progress line to look
 * after. It owns sessions and the buffers of all tensors; see session-client.ts for the messages.
 */
import { parentPort, workerData } from 'node:worker_threads';

/** @typedef {import('onnxruntime-node')} Ort */
/** @typedef {import('onnxruntime-node').InferenceSession} InferenceSession */
/** @typedef {import('onnxruntime-node').Tensor} Tensor */
/** @typedef {import('./session-client.ts').Command} Command */

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

/** @type {Ort} */
const ort = await import(workerData.module).then((loaded) => loaded.default ?? loaded);

/** @type {Map<number, Tensor>} */
const tensors = new Map();
/** @type {Map<number, InferenceSession>} */
const sessions = new Map();
/** Buffers of released tensors by type and length: states of steps to come take them over. @type {Map<string, ArrayBuffer[]>} */
const spare = new Map();
/** Tensors whose buffers came from the main thread. @type {Set<number>} */
const foreign = new Set();
/** Buffers that go back there with the next answer, to bring the next batch: garbage here would be collected late. @type {ArrayBuffer[]} */
let returned = [];

/**
 * The runtime copies every result into an array of JavaScript's after a run, even those that it was told to write into
 * ours: for a step of all parameters, the whole state. The first result of our graphs is a sequence, which it cannot
 * hand over: it gives up before it copies anything, and by then the run is done and our buffers are written.
 */
const UNREADABLE = /** @type {string} */ (workerData.unreadable);
const COMPLAINT = 'Non tensor type is temporarily not supported.';

/** @param {unknown} error */
function ignoreUnreadable(error) {
  if (!(error instanceof Error) || error.message !== COMPLAINT) throw error;
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** @param {{ id: number, dtype: 'float32' | 'int32' | 'bool', shape: readonly number[] }} spec */
function allocate({ id, dtype, shape }) {
  const Type = arrays[dtype];
  const length = shape.reduce((size, extent) => size * extent, 1);
  const buffer = spare.get(`${length * Type.BYTES_PER_ELEMENT}`)?.pop();
  const data = buffer ? new Type(buffer) : new Type(length);
  const tensor = /** @type {Tensor} */ (new ort.Tensor(dtype, /** @type {any} */ (data), shape));
  tensors.set(id, tensor);
  return tensor;
}

/** @param {number} id */
function release(id) {
  const tensor = tensors.get(id);
  tensors.delete(id);
  const data = /** @type {Float32Array | undefined} */ (tensor?.data);
  const isForeign = foreign.delete(id);
  if (!data || data.byteOffset !== 0 || data.byteLength !== data.buffer.byteLength) return;
  if (isForeign) return void returned.push(/** @type {ArrayBuffer} */ (data.buffer));
  const key = `${data.byteLength}`;
  const list = spare.get(key) ?? [];
  if (list.length < 4) list.push(/** @type {ArrayBuffer} */ (data.buffer));
  spare.set(key, list);
}

/** @param {number} id */
function tensorOf(id) {
  const tensor = tensors.get(id);
  if (!tensor) throw new Error(`there is no tensor ${id}`);
  return tensor;
}

/** @param {Command} command */
async function execute(command) {
  switch (command.type) {
    case 'store': {
      const { id, dtype, shape, data } = command;
      tensors.set(id, /** @type {Tensor} */ (new ort.Tensor(dtype, /** @type {any} */ (data), shape)));
      foreign.add(id);
      return undefined;
    }
    case 'release':
      return release(command.id);
    case 'read':
      return /** @type {Float32Array} */ (tensorOf(command.id).data).slice();
    case 'create':
      sessions.set(command.session, await ort.InferenceSession.create(command.model, command.options));
      return undefined;
    case 'close': {
      const session = sessions.get(command.session);
      sessions.delete(command.session);
      await session?.release();
      return undefined;
    }
    case 'run': {
      const feeds = Object.fromEntries(command.feeds.map(([name, id]) => [name, tensorOf(id)]));
      const fetches = Object.fromEntries(
        command.fetches.map(({ name, spec }) => [
          name,
          'into' in spec ? tensorOf(spec.into) : allocate(spec),
        ]),
      );
      await /** @type {InferenceSession} */ (sessions.get(command.session))
        .run(feeds, { [UNREADABLE]: null, ...fetches })
        .catch(ignoreUnreadable);
      return undefined;
    }
    case 'profile':
      sessions.get(command.session)?.endProfiling();
      return undefined;
  }
}

/** @param {object} message */
function answer(message) {
  const buffers = returned;
  returned = [];
  port.postMessage({ ...message, returned: buffers }, buffers);
}

/** One command after the other: a buffer must not be given away while a run still writes to it. */
let queue = Promise.resolve();

port.on(
  'message',
  (/** @type {{ request: number, commands: readonly Command[] }} */ { request, commands }) => {
    queue = queue.then(async () => {
      try {
        let value;
        for (const command of commands) value = await execute(command);
        answer({ request, value });
      } catch (error) {
        answer({ request, error: error instanceof Error ? error.message : String(error) });
      }
    });
  },
);

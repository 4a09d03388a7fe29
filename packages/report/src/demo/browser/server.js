// @ts-check
/** What the page asks its server, and tensors as the server sends them. */

/**
 * @typedef {object} WireTensor
 * @property {string} name
 * @property {'float32' | 'int32' | 'bool'} dtype
 * @property {number[]} shape
 * @property {Float32Array | Int32Array | Uint8Array} data
 */

/**
 * @typedef {object} Prediction
 * @property {string} value
 * @property {number} [probability]
 * @property {{ value: string, probability: number }[]} [top]
 * @property {[number, number, number, number]} [box] x, y, width, height in pixels of the image
 */

/** An error that the server tells, for people. */
class ServerError extends Error {
  /** @param {{ message?: string, allowed?: string, fix?: string }} told */
  constructor({ message = 'The server failed', allowed, fix }) {
    const hints = [allowed && `Allowed: ${allowed}.`, fix && `To fix it: ${fix}.`].filter(Boolean);
    super([`${message[0]?.toUpperCase()}${message.slice(1)}.`, ...hints].join(' '));
  }
}

/**
 * The answer of the server. Throws ServerError where it refuses, and what `fetch` throws where it was called off.
 * @param {string} path @param {RequestInit} [init]
 */
async function ask(path, init = {}) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, init);
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw new ServerError({ message: 'The server does not answer: is mdpd serve still running?' });
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => undefined);
  throw new ServerError(body?.error ?? { message: `The server answered with status ${response.status}` });
}

/**
 * Reads what `POST /encode` answers: the length of a header, the header, then the values.
 * @param {ArrayBuffer} buffer
 * @returns {{ id: string, milliseconds: number, tensors: WireTensor[] }}
 */
function readTensors(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
  /** @param {Omit<WireTensor, 'data'> & { start: number }} entry */
  const tensorOf = ({ name, dtype, shape, start }) => {
    const size = shape.reduce((product, each) => product * each, 1);
    return { name, dtype, shape, data: new arrays[dtype](buffer, 4 + length + start, size) };
  };
  return { ...header, tensors: header.tensors.map(tensorOf) };
}

/**
 * The body of an answer, while `report` is told how much of it has come, as a share.
 * @param {string} path @param {(share: number) => void} report
 */
async function download(path, report) {
  const response = await ask(path);
  const total = Number(response.headers.get('content-length'));
  const all = new Uint8Array(total);
  let come = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    all.set(part.value, come);
    come += part.value.length;
    report(come / total);
  }
  return all.buffer;
}

/**
 * Tensors on their way to a browser: the length of a header (4 bytes), the header (JSON), then the values of every tensor one
 * after the other. Everything is little endian, and values begin at multiples of 4 bytes, so that a browser reads them
 * where they lie.
 */
import type { HostRecord, HostTensor } from '@mdpd/core';

/** The header. */
export interface TensorHeader {
  /** Under it the server keeps what it needs to read the outputs. */
  readonly id: string;
  /** How long the server took to make the tensors. */
  readonly milliseconds: number;
  readonly tensors: readonly TensorEntry[];
}

/** Where a tensor lies. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: HostTensor['dtype'];
  readonly shape: readonly number[];
  /** First byte, counted from the end of the header. */
  readonly start: number;
}

const word = 4;
const padded = (bytes: number): number => Math.ceil(bytes / word) * word;

/** The message of an encoded input. Machines that are not little endian do not run Node's builds of today. */
export function tensorMessage(about: Omit<TensorHeader, 'tensors'>, record: HostRecord): Uint8Array {
  let length = 0;
  const tensors = Object.entries(record).map(([name, { data, dtype, shape }]): TensorEntry => {
    const start = length;
    length += padded(data.byteLength);
    return { name, dtype, shape, start };
  });
  const text = Buffer.from(JSON.stringify({ ...about, tensors } satisfies TensorHeader));
  const head = word + padded(text.length);
  const message = Buffer.alloc(head + length);
  message.writeUInt32LE(padded(text.length), 0);
  // Spaces after JSON are JSON.
  message.fill(0x20, word, head);
  message.set(text, word);
  for (const [index, { data }] of Object.values(record).entries()) {
    message.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), head + tensors[index]!.start);
  }
  return message;
}

/** Outputs that a browser sends back; undefined where the bytes are no whole numbers of 4. */
export function readOutputs(bytes: Uint8Array): Float32Array | undefined {
  if (bytes.length === 0 || bytes.length % word !== 0) return undefined;
  // A copy with memory of its own, which `slice` of a Buffer is not.
  return new Float32Array(new Uint8Array(bytes).buffer);
}

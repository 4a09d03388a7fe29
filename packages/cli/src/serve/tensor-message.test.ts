import { expect, it } from 'vitest';
import { readOutputs, tensorMessage, type TensorHeader } from './tensor-message.ts';

it('puts every tensor where its header says, at multiples of 4 bytes', () => {
  const message = tensorMessage(
    { id: 'é', milliseconds: 1.5 },
    {
      mask: { data: Uint8Array.of(1, 0, 1), shape: [1, 3], dtype: 'bool' },
      ids: { data: Int32Array.of(-7, 2 ** 31 - 1), shape: [1, 2], dtype: 'int32' },
      // A view into something larger.
      pixels: { data: new Float32Array([9, 0.5, -1, 9]).subarray(1, 3), shape: [1, 2], dtype: 'float32' },
    },
  );
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(message.subarray(4, 4 + length))) as TensorHeader;
  expect(header).toMatchObject({ id: 'é', milliseconds: 1.5 });
  expect(header.tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ['mask', 'bool', [1, 3]],
    ['ids', 'int32', [1, 2]],
    ['pixels', 'float32', [1, 2]],
  ]);
  const [mask, ids, pixels] = header.tensors.map(({ start }) => 4 + length + start) as [
    number,
    number,
    number,
  ];
  expect([mask, ids, pixels].every((start) => start % 4 === 0)).toBe(true);
  expect([...message.subarray(mask, mask + 3)]).toEqual([1, 0, 1]);
  expect([view.getInt32(ids, true), view.getInt32(ids + 4, true)]).toEqual([-7, 2 ** 31 - 1]);
  expect([view.getFloat32(pixels, true), view.getFloat32(pixels + 4, true)]).toEqual([0.5, -1]);
  expect(message).toHaveLength(pixels + 8);
});

it('reads outputs, wherever they lie in memory, and nothing that is none', () => {
  const bytes = new Uint8Array(9);
  bytes.set(new Uint8Array(Float32Array.of(0.25, -3).buffer), 1);
  expect(readOutputs(bytes.subarray(1))).toEqual(Float32Array.of(0.25, -3));
  const pooled = Buffer.from(Float32Array.of(0.25).buffer);
  expect(readOutputs(Buffer.concat([pooled, pooled]))).toEqual(Float32Array.of(0.25, 0.25));
  expect(readOutputs(new Uint8Array(7))).toBeUndefined();
  expect(readOutputs(new Uint8Array())).toBeUndefined();
});

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import {
  bytesOf,
  download,
  downloadRecord,
  filled,
  hostTensor,
  sizeOf,
  upload,
  uploadRecord,
} from './host.ts';

describe('host tensors', () => {
  it('are made from numbers or typed arrays', () => {
    const data = Float32Array.of(1, 2, 3, 4);
    expect(hostTensor(data, [2, 2]).data).toBe(data);
    expect(hostTensor([1, 2], [2, 1], 'int32')).toEqual({
      data: Int32Array.of(1, 2),
      shape: [2, 1],
      dtype: 'int32',
    });
    expect(filled([2, 0], 1, 'bool')).toEqual({ data: new Uint8Array(0), shape: [2, 0], dtype: 'bool' });
    expect([sizeOf([]), sizeOf([3, 4]), bytesOf('float32'), bytesOf('bool')]).toEqual([1, 12, 4, 1]);
    expect(() => hostTensor([1, 2, 3], [2, 2])).toThrow('shape [2, 2] holds 4 values, not 3');
  });
});

describe.each(['cpu', 'wasm'] as const)('transfer on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('keeps values, shape and type', async () => {
    const before = tf.memory().numTensors;
    const record = {
      float: hostTensor([0.5, -2], [2]),
      int: hostTensor([[7]].flat(), [1, 1], 'int32'),
      bool: hostTensor([1, 0, 1], [3], 'bool'),
      scalar: hostTensor([3], []),
      empty: hostTensor([], [0, 4]),
    };
    const tensors = uploadRecord(record);
    expect(await downloadRecord(tensors)).toEqual(record);
    tf.dispose(tensors);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('copies both ways', async () => {
    const host = hostTensor(Float32Array.of(1, 2), [2]);
    const tensor = upload(host);
    host.data[0] = 9;
    const first = await download(tensor);
    first.data[1] = 9;
    expect((await download(tensor)).data).toEqual(Float32Array.of(1, 2));
    tensor.dispose();
  });

  it('refuses text', async () => {
    const text = tf.tensor1d(['a']);
    await expect(download(text)).rejects.toThrow('tensors of type string cannot be read');
    text.dispose();
  });
});

import type { Backbone, HostTensor, ParameterSpec, SeenLayers } from '@mdpd/core';
import { hostTensor, upload } from '@mdpd/tensor/host';
import { useBackend } from '@mdpd/tensor/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { normDrift } from './norm-drift.ts';

beforeAll(() => useBackend('cpu'));

const spec = (
  name: string,
  stage: ParameterSpec['stage'],
  rest: Partial<ParameterSpec> = {},
): ParameterSpec => ({
  name,
  shape: [2],
  kind: 'norm',
  stage,
  ...rest,
});

const stream = { tokens: 3, width: 2, heads: 1, pooled: 0 };

/** Three blocks: the first changes both streams, the second the image alone, the third both again. */
const backbone = {
  blocks: 3,
  streams: { image: stream, text: { ...stream, blocks: [0, 1] } },
  parameters: [
    spec('before', 'embed'),
    spec('image.0', 0, { stream: 'image' }),
    spec('text.0', 0, { stream: 'text' }),
    spec('image.1', 1),
    spec('image.1.shift', 1),
    spec('matrix', 2, { kind: 'weight' }),
    spec('after', 'finish'),
  ],
} as unknown as Backbone;

const vector = (...values: number[]): HostTensor => hostTensor(values, [values.length]);
const initialNorms = {
  before: vector(1, 1),
  'image.0': vector(3, 4),
  'text.0': vector(1, 0),
  'image.1': vector(1, 1),
  'image.1.shift': vector(0, 0),
  after: vector(1, 1),
};

async function driftOf(trained: Record<string, HostTensor>): Promise<Record<string, (number | null)[]>> {
  const uploaded = Object.fromEntries(Object.entries(trained).map(([name, host]) => [name, upload(host)]));
  const read: SeenLayers['read'] = async (tensor) => hostTensor(await tensor.data(), tensor.shape);
  const state = { frozen: {}, trained: uploaded, side: {}, optimizer: {} };
  try {
    return await normDrift(backbone, { state, initialNorms, read });
  } finally {
    tf.dispose(uploaded);
  }
}

it('is the change of all norms of a block over their length, by stream', async () => {
  const drift = await driftOf({
    // |(0, 5)| / |(3, 4)|
    'image.0': vector(3, 9),
    // (1 + 1 + 2) moved and 2 whole, squared
    'image.1': vector(2, 2),
    'image.1.shift': vector(1, -1),
    // Neither counts: it is of no block.
    before: vector(9, 9),
    after: vector(9, 9),
  });
  expect(drift).toEqual({ image: [1, Math.sqrt(2), null], text: [0, null, null] });
});

it('is 0 where no norm is trained', async () => {
  expect(await driftOf({})).toEqual({ image: [0, 0, null], text: [0, null, null] });
});

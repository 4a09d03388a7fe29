import type { HostRecord } from '@mdpd/core';
import { useBackend, type PortableBackend } from '@mdpd/tensor/backend';
import { hostTensor, upload } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { relativeDifference } from '@mdpd/testing/differences';
import { uploadAll } from '@mdpd/testing/model-under-test';
import {
  attention64,
  exampleOf,
  gelu64,
  layerNorm64,
  linear64,
  map,
  plus,
  type Matrix,
} from '@mdpd/testing/reference';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { drawTensors } from '../specs.ts';
import { keyBias } from '../token-view.ts';
import { sideBlock, sideBlockPlan } from './side-block.ts';

const [batch, tokens, width, readTokens, readWidth] = [2, 3, 4, 5, 6];
const normal = (shape: number[], label: string) => {
  const random = createRandom(8, label);
  return hostTensor(
    Array.from({ length: shape.reduce((size, axis) => size * axis, 1) }, () => random.normal()),
    shape,
  );
};

function parameters(): HostRecord {
  const plan = sideBlockPlan('b', { width, heads: 2, hidden: 8 }, { text: readWidth });
  const first = drawTensors(plan, createRandom(1));
  return Object.fromEntries(
    Object.entries(first).map(([name, { data, shape }]) => {
      const noise = normal([...shape], name).data;
      return [
        name,
        hostTensor(
          Float32Array.from(data, (value, i) => value + 0.3 * noise[i]!),
          shape,
        ),
      ];
    }),
  );
}

/** Attention over its own tokens, then over those of the other stream that are there, then the MLP. */
function block64(params: HostRecord, x: Matrix, source: Matrix): number[][] {
  const dense = (part: string, rows: Matrix): number[][] =>
    linear64(rows, params[`b.${part}.weight`]!, params[`b.${part}.bias`]!);
  const norm = (part: string, rows: Matrix): number[][] =>
    layerNorm64(rows, params[`b.${part}.weight`]!, params[`b.${part}.bias`]!, 1e-6);
  const normed = norm('norm_attention', x);
  const own = attention64(dense('query', normed), dense('key', normed), dense('value', normed), 2);
  const attended = plus(x, dense('projection', own));
  const read = 'read.text';
  const query = dense(`${read}.query`, norm(`${read}.norm`, attended));
  const found = attention64(query, dense(`${read}.key`, source), dense(`${read}.value`, source), 2);
  const crossed = plus(attended, dense(`${read}.projection`, found));
  return plus(crossed, dense('mlp_out', map(dense('mlp_in', norm('norm_mlp', crossed)), gelu64)));
}

describe.each<PortableBackend>(['cpu', 'wasm'])('sideBlock on %s', (backend) => {
  it('reads the tokens of another stream that are there, as in float64', async () => {
    await useBackend(backend);
    const params = parameters();
    const [x, source] = [
      normal([batch, tokens, width], 'x'),
      normal([batch, readTokens, readWidth], 'source'),
    ];
    const mask = tf.tensor2d([1, 1, 1, 1, 1, 1, 1, 1, 0, 0], [batch, readTokens]);
    const sources = [{ stream: 'text', state: upload(source), bias: keyBias(mask) }];
    const actual = sideBlock(uploadAll(params), 'b', upload(x), 2, undefined, sources).dataSync();
    const expected = [5, 3].flatMap((there, example) =>
      block64(params, exampleOf(x, example), exampleOf(source, example).slice(0, there)).flat(),
    );
    expect(relativeDifference(actual, expected)).toBeLessThan(1e-5);
  });
});

/**
 * A transformer as the backbones write it: for tests of what their graphs become.
 *
 * Letters: B batch, N tokens, D width, L blocks, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Params, TensorRecord } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attention } from '@mdpd/tensor/attention';
import { layerNorm } from '@mdpd/tensor/layer-norm';
import { add } from '@mdpd/tensor/lean-ops';
import { linear } from '@mdpd/tensor/linear';
import { recompute } from '@mdpd/tensor/recompute';
import { valueAndGrads, vjp } from '@mdpd/tensor/vjp';
import { wave } from './run-graph.ts';

export interface TransformerShape {
  readonly batch: number;
  readonly tokens: number;
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
}

export const tinyShape: TransformerShape = { batch: 2, tokens: 5, width: 8, heads: 2, blocks: 2 };

const matrices = (width: number): Readonly<Record<string, readonly [outputs: number, inputs: number]>> => ({
  query: [width, width],
  key: [width, width],
  value: [width, width],
  projection: [width, width],
  in: [4 * width, width],
  out: [width, 4 * width],
});

/** Shapes of all parameters: `<block>.<part>.weight` and `.bias`, and the head's. */
function parameterShapes({ width, blocks }: TransformerShape): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = { 'head.weight': [3, width], 'head.bias': [3] };
  for (let block = 0; block < blocks; block++) {
    for (const norm of ['before', 'after']) {
      shapes[`${block}.${norm}.weight`] = [width];
      shapes[`${block}.${norm}.bias`] = [width];
    }
    for (const [part, shape] of Object.entries(matrices(width))) {
      shapes[`${block}.${part}.weight`] = shape;
      shapes[`${block}.${part}.bias`] = [shape[0]];
    }
  }
  return shapes;
}

/** Parameters of a size at which activations keep theirs. */
export function transformerParams(shape: TransformerShape): TensorRecord {
  return Object.fromEntries(
    Object.entries(parameterShapes(shape)).map(([name, own], index) => {
      const { data } = wave(own, index);
      const isScale = /(before|after)\.weight$/u.test(name);
      const factor = own.length === 2 ? 0.7 / Math.sqrt(own[1]!) : 0.1;
      return [
        name,
        tf.tensor(
          data.map((value) => value * factor + Number(isScale)),
          [...own],
        ),
      ] as const;
    }),
  );
}

export const transformerInput = ({ batch, tokens, width }: TransformerShape): tf.Tensor => {
  const { data, shape } = wave([batch, tokens, width], 5);
  return tf.tensor(data, [...shape]);
};

const dense = (params: Params, name: string, x: tf.Tensor): tf.Tensor =>
  linear(x, params[`${name}.weight`]!, params[`${name}.bias`]);

const norm = (params: Params, name: string, x: tf.Tensor): tf.Tensor =>
  layerNorm(x, params[`${name}.weight`]!, params[`${name}.bias`]!, 1e-6);

/** [B, N, D] to [B, N, D]; `bias` is added to the attention scores. */
export function transformerBlock(
  params: Params,
  index: number,
  x: tf.Tensor,
  heads: number,
  bias?: tf.Tensor,
): tf.Tensor {
  const before = norm(params, `${index}.before`, x);
  const [q, k, v] = ['query', 'key', 'value'].map((part) => dense(params, `${index}.${part}`, before));
  const mixed = attention(q!, k!, v!, { heads, ...(bias ? { bias } : {}) });
  const middle = add(x, dense(params, `${index}.projection`, mixed));
  const hidden = activation('gelu')(dense(params, `${index}.in`, norm(params, `${index}.after`, middle)));
  return add(middle, dense(params, `${index}.out`, hidden));
}

/** Logits [B, C]. */
export function transformer(
  params: Params,
  x: tf.Tensor,
  { heads, blocks, batch, width }: TransformerShape,
  bias?: tf.Tensor,
): tf.Tensor {
  let state = x;
  for (let block = 0; block < blocks; block++) state = transformerBlock(params, block, state, heads, bias);
  return dense(params, 'head', tf.reshape(tf.slice(state, [0, 0, 0], [batch, 1, width]), [batch, width]));
}

/** The loss and the gradients of the norms, with all activations kept. */
export function plainGradients(params: Params, x: tf.Tensor, shape: TransformerShape): TensorRecord {
  const norms = Object.fromEntries(Object.entries(params).filter(([name]) => /before|after/u.test(name)));
  const { loss, grads } = valueAndGrads(
    (given) => ({ loss: tf.sum(tf.square(transformer({ ...params, ...given }, x, shape))) }),
    norms,
  );
  return { loss, ...grads };
}

/** The same, block by block: each is computed a second time when its gradient is due. */
export function recomputedGradients(params: Params, x: tf.Tensor, shape: TransformerShape): TensorRecord {
  const { heads, blocks, batch, width } = shape;
  const states = [x];
  for (let block = 0; block < blocks; block++) {
    states.push(transformerBlock(params, block, states[block]!, heads));
  }
  const top = valueAndGrads(
    ({ state }) => {
      const token = tf.reshape(tf.slice(state!, [0, 0, 0], [batch, 1, width]), [batch, width]);
      return { loss: tf.sum(tf.square(dense(params, 'head', token))) };
    },
    { state: states[blocks]! },
  );
  const result: TensorRecord = { loss: top.loss };
  let cotangent = top.grads['state']!;
  for (let block = blocks - 1; block >= 0; block--) {
    const own = Object.fromEntries(
      Object.entries(params).filter(([name]) => name.startsWith(`${block}.`) && /before|after/u.test(name)),
    );
    const forward = ({ state, ...given }: Readonly<TensorRecord>): TensorRecord => ({
      state: transformerBlock({ ...params, ...given }, block, state!, heads),
    });
    const below = recompute(() => vjp(forward, { ...own, state: states[block]! }, { state: cotangent }));
    const { state, ...grads } = below;
    Object.assign(result, grads);
    cotangent = state!;
  }
  return result;
}

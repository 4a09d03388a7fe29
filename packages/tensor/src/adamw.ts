/** AdamW as a function of tensors (Loshchilov and Hutter 2019), equal to PyTorch's `torch.optim.AdamW`. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, Params, TensorRecord } from '@mdpd/core';
import { filled, sizeOf } from './host.ts';

/** Settings of one update. */
export interface AdamWSettings {
  /** Number of this update, from 1. A tensor, like the learning rate, so that the graph of every step is the same. */
  readonly step: tf.Scalar;
  /** Of a parameter, by its name. */
  readonly learningRate: (name: string) => tf.Scalar;
  /** Decoupled: the weight shrinks by learning rate · decay. */
  readonly weightDecay: (name: string) => number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** New values, and first and second moments, by the names of the parameters. */
export interface AdamWResult {
  readonly params: TensorRecord;
  readonly moments: TensorRecord;
}

/**
 * Largest tensor that is updated together with others, in values: for small ones the arithmetic is nothing beside the
 * kernel calls. Measured with 40 tensors on WebAssembly: 64 values each 4 instead of 8.8 ms, 1,024 each 1.4 instead of
 * 7.9 ms, 4,096 each about equal, 65,536 each twice as slow.
 */
const FUSED_SIZE = 2048;

/** First and second moment of every parameter: `<name>.m` and `<name>.v`, zeros of its shape. */
export function initialMoments(params: Readonly<HostRecord>): HostRecord {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, { shape }]) =>
      ['m', 'v'].map((moment) => [`${name}.${moment}`, filled(shape, 0)]),
    ),
  );
}

interface Slot {
  readonly value: tf.Tensor;
  readonly gradient: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

/** New value and moments. */
type Updated = readonly [value: tf.Tensor, m: tf.Tensor, v: tf.Tensor];

interface Group {
  readonly rate: tf.Scalar;
  readonly decay: number;
  readonly names: string[];
}

/** Numbers of one update that all tensors share. */
interface Common {
  readonly beta1: tf.Scalar;
  readonly rest1: tf.Scalar;
  readonly beta2: tf.Scalar;
  readonly rest2: tf.Scalar;
  readonly epsilon: tf.Scalar;
  /** 1 − β₁ᵗ. */
  readonly correction1: tf.Tensor;
  /** √(1 − β₂ᵗ). */
  readonly correction2: tf.Tensor;
}

function commonOf({ step, beta1, beta2, epsilon }: AdamWSettings): Common {
  // 1 − βᵗ as −expm1(t·ln β): the plain difference loses half of its float32 digits in the first steps.
  const correction = (beta: number): tf.Tensor => tf.neg(tf.expm1(tf.mul(step, Math.log(beta))));
  return {
    beta1: tf.scalar(beta1),
    rest1: tf.scalar(1 - beta1),
    beta2: tf.scalar(beta2),
    rest2: tf.scalar(1 - beta2),
    epsilon: tf.scalar(epsilon),
    correction1: correction(beta1),
    correction2: tf.sqrt(correction(beta2)),
  };
}

function update({ value, gradient, m, v }: Slot, { rate, decay }: Group, common: Common): Updated {
  const newM = tf.add(tf.mul(m, common.beta1), tf.mul(gradient, common.rest1));
  const newV = tf.add(tf.mul(v, common.beta2), tf.mul(tf.square(gradient), common.rest2));
  const denominator = tf.add(tf.div(tf.sqrt(newV), common.correction2), common.epsilon);
  const change = tf.div(tf.mul(newM, tf.div(rate, common.correction1)), denominator);
  const decayed = decay === 0 ? value : tf.mul(value, tf.sub(1, tf.mul(rate, decay)));
  return [tf.sub(decayed, change), newM, newV];
}

/** Updates several tensors as one vector. */
function updateTogether(slots: readonly Slot[], group: Group, common: Common): Updated[] {
  const joined = (part: keyof Slot): tf.Tensor =>
    tf.concat(slots.map((slot) => tf.reshape(slot[part], [-1])));
  const all = update(
    { value: joined('value'), gradient: joined('gradient'), m: joined('m'), v: joined('v') },
    group,
    common,
  );
  const sizes = slots.map(({ value }) => value.size);
  const parts = all.map((vector) => tf.split(vector, sizes));
  return slots.map(
    ({ value }, i) => parts.map((part) => tf.reshape(part[i]!, value.shape)) as unknown as Updated,
  );
}

/** Names that share learning rate and decay. */
function groupsOf(names: readonly string[], settings: AdamWSettings): Group[] {
  const groups = new Map<string, Group>();
  for (const name of names) {
    const [rate, decay] = [settings.learningRate(name), settings.weightDecay(name)];
    const key = `${rate.id} ${decay}`;
    const group = groups.get(key) ?? { rate, decay, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * One update of the parameters that have a gradient. Nothing is changed in place; the caller disposes the old tensors.
 *
 * @param params - every name in `grads`, and maybe others, which are left out of the result
 * @param moments - `<name>.m` and `<name>.v` for every name in `grads`
 */
export function adamW(params: Params, grads: Params, moments: Params, settings: AdamWSettings): AdamWResult {
  const compute = (): AdamWResult => {
    const common = commonOf(settings);
    const result: AdamWResult = { params: {}, moments: {} };
    const store = (name: string, [value, m, v]: Updated): void => {
      result.params[name] = value;
      result.moments[`${name}.m`] = m;
      result.moments[`${name}.v`] = v;
    };
    const slot = (name: string): Slot => ({
      value: params[name]!,
      gradient: grads[name]!,
      m: moments[`${name}.m`]!,
      v: moments[`${name}.v`]!,
    });
    for (const group of groupsOf(Object.keys(grads), settings)) {
      const small = group.names.filter((name) => sizeOf(params[name]!.shape) <= FUSED_SIZE);
      const alone = small.length > 1 ? group.names.filter((name) => !small.includes(name)) : group.names;
      for (const name of alone)
        store(name, tf.tidy(() => [...update(slot(name), group, common)]) as unknown as Updated);
      if (small.length > 1) {
        updateTogether(small.map(slot), group, common).forEach((updated, i) => store(small[i]!, updated));
      }
    }
    return result;
  };
  return tf.tidy(compute as unknown as () => Record<keyof AdamWResult, TensorRecord>);
}

/**
 * Scales gradients so that their common L2 norm is at most `max`, as PyTorch's `clip_grad_norm_`: by
 * min(1, max / (norm + 1e-6)).
 */
export function clipByGlobalNorm(grads: Params, max: number): TensorRecord {
  return tf.tidy(() => {
    const names = Object.keys(grads);
    if (names.length === 0) return {};
    const squares = names.map((name) => tf.sum(tf.square(grads[name]!)));
    const norm = tf.sqrt(tf.addN(squares));
    const factor = tf.minimum(1, tf.div(max, tf.add(norm, 1e-6)));
    return Object.fromEntries(names.map((name) => [name, tf.mul(grads[name]!, factor)]));
  });
}

/** Shapes and first values of tensors that the engine itself adds: side network, couplers, generators. */
import type { HostRecord, HostTensor, RandomSource } from '@mdpd/core';
import { truncatedNormal } from '@mdpd/tensor/random';

/** How first values are drawn. */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  /** Uniform in ±√(3/fanIn)·gain: variance gain²/fanIn. */
  | { readonly kind: 'fanIn'; readonly fanIn: number; readonly gain?: number }
  /** Values beyond `cut` standard deviations are drawn again; default: none is. */
  | { readonly kind: 'normal'; readonly deviation: number; readonly cut?: number };

/** Shape of a tensor, and its first values. */
export interface TensorPlan {
  readonly shape: readonly number[];
  readonly initializer: Initializer;
}

/** Tensors that are to be drawn, by name. */
export type TensorPlans = Readonly<Record<string, TensorPlan>>;

/** Draws every planned tensor; each from a generator of its own name, so that adding one changes no other. */
export function drawTensors(plans: TensorPlans, random: RandomSource): HostRecord {
  return Object.fromEntries(
    Object.entries(plans).map(([name, plan]) => [name, drawTensor(plan, random.fork(name))]),
  );
}

function drawTensor({ shape, initializer }: TensorPlan, random: RandomSource): HostTensor {
  const data = new Float32Array(shape.reduce((product, axis) => product * axis, 1));
  if (initializer.kind === 'ones') data.fill(1);
  if (initializer.kind === 'normal') {
    const { deviation, cut = Infinity } = initializer;
    for (let i = 0; i < data.length; i++) data[i] = truncatedNormal(random, deviation, cut);
  }
  if (initializer.kind === 'fanIn') {
    const bound = Math.sqrt(3 / initializer.fanIn) * (initializer.gain ?? 1);
    for (let i = 0; i < data.length; i++) data[i] = (2 * random.next() - 1) * bound;
  }
  return { data, shape, dtype: 'float32' };
}

/** A linear layer's weight [out, in] and bias [out] under `name`. */
export function linearPlan(name: string, inputs: number, outputs: number, gain = 1): TensorPlans {
  return {
    [`${name}.weight`]: { shape: [outputs, inputs], initializer: { kind: 'fanIn', fanIn: inputs, gain } },
    [`${name}.bias`]: { shape: [outputs], initializer: { kind: 'zeros' } },
  };
}

/** A norm's scale and shift, each [width], under `name`. */
export function normPlan(name: string, width: number): TensorPlans {
  return {
    [`${name}.weight`]: { shape: [width], initializer: { kind: 'ones' } },
    [`${name}.bias`]: { shape: [width], initializer: { kind: 'zeros' } },
  };
}

/** First values of a head that no checkpoint has: of the model's own and of the side network's copy of it. */
import type { ParameterSpec } from '@mdpd/core';
import type { TensorPlan } from './specs.ts';

/** Standard deviation of fresh matrices: `initializer_range` of nearly every model of Hugging Face. */
const deviation = 0.02;

/**
 * Matrices and tables are normal with deviation 0.02, a norm's scale is one, all else is zero.
 *
 * @param cut - standard deviations beyond which a value is drawn again: 2 for the model's head, as in `trunc_normal_`;
 *   the side network draws as all its other tensors are drawn, without a bound
 */
export function freshHeadPlan({ name, shape, kind }: ParameterSpec, cut = Infinity): TensorPlan {
  if (kind === 'weight' || kind === 'embedding')
    return { shape, initializer: { kind: 'normal', deviation, cut } };
  const isScale = kind === 'norm' && name.endsWith('.weight');
  return { shape, initializer: { kind: isScale ? 'ones' : 'zeros' } };
}

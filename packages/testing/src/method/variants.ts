/** Methods as subjects of the checks, and ways to break them. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Method, MethodProvider, StepFunction, StepResult, TensorRecord } from '@mdpd/core';
import { labelMethods } from '@mdpd/distill/methods/label-method';
import type { MethodSubject } from './subject.ts';

/** Settings of `mdpd` that are quick on the tiny backbone. */
export const small = {
  side: { reductionFactor: 2, heads: 2, context: 1 },
  feature: { rank: 3 },
  unlabelled: { batchSize: 6 },
};

/** `small`, with norms and head taught. */
export const mdpd = { ...small, fade: { train: 'norm+head' } };

export const norm: MethodProvider = labelMethods.find(({ name }) => name === 'norm')!;

/** The method `norm`, or another, changed. */
export function changed(
  change: (method: Method) => Partial<Method>,
  provider: MethodProvider = norm,
  settings: object = {},
): MethodSubject {
  const create: MethodProvider['create'] = (context) => {
    const method = provider.create(context);
    return { ...method, ...change(method) };
  };
  return { provider: { ...provider, create }, settings };
}

/** Every phase with a result that is changed. */
export const stepping =
  (change: (result: StepResult, ...args: Parameters<StepFunction>) => Partial<StepResult>) =>
  ({ phases }: Method): Partial<Method> => ({
    phases: Object.fromEntries(
      Object.entries(phases).map(([name, phase]) => [
        name,
        (...args: Parameters<StepFunction>) => {
          const result = phase(...args);
          return { ...result, ...change(result, ...args) };
        },
      ]),
    ),
  });

/** Every tensor of a record, changed. */
export const each = (record: Readonly<TensorRecord>, fn: (tensor: tf.Tensor) => tf.Tensor): TensorRecord =>
  Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, fn(tensor)]));

/**
 * Losses of the fade step: logits from side to backbone.
 *
 * Letters: B batch, C outputs.
 *
 * For example b with gate g_b in {0, 1}: (1 − α·g_b)·task_b + α·g_b·distill_b, distill = T²·KL(side ‖ backbone) for
 * classes. Where the gate is shut the example counts as in label-only training. The paper publishes neither weights
 * nor a gate; both are ours.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { MethodContext, StepInput, TensorRecord } from '@mdpd/core';
import type { MdpdSettings } from '../methods/mdpd-settings.ts';

export type FadeLoss = (logits: tf.Tensor) => { loss: tf.Scalar; aux: TensorRecord };

type Context = Pick<MethodContext, 'task' | 'optimization'>;

/** Label loss alone. */
export function labelLoss({ task, optimization }: Context, { target }: StepInput): FadeLoss {
  return (logits) => {
    const loss = tf.mean(task.loss(logits, target, optimization.labelSmoothing)) as tf.Scalar;
    return { loss, aux: { logits, taskLoss: tf.clone(loss) } };
  };
}

/** Gate of every example, [B]: 1 where the teacher fits the label better than the student does. A constant. */
export function labelGate(teacherLoss: tf.Tensor, studentLoss: tf.Tensor): tf.Tensor {
  return withoutGradient(
    (teacher, student) => tf.cast(tf.less(teacher!, student!), 'float32'),
    [teacherLoss, studentLoss],
  );
}

/** Label loss and distillation from side logits [B, C], which are constants here. */
export function logitLoss(
  { task, optimization }: Context,
  { target }: StepInput,
  sideLogits: tf.Tensor,
  { alpha, temperature, gate, teacher: kind }: MdpdSettings['logit'],
): FadeLoss {
  return (logits) => {
    const student = task.loss(logits, target, optimization.labelSmoothing);
    const teacher =
      kind === 'side'
        ? sideLogits
        : withoutGradient((own) => tf.mul(tf.add(sideLogits, own!), 0.5), [logits]);
    const distilled = task.distill(logits, teacher, temperature);
    const open =
      gate === 'label'
        ? labelGate(task.loss(teacher, target, optimization.labelSmoothing), student)
        : tf.onesLike(student);
    const weight = tf.mul(open, alpha);
    const perExample = tf.add(tf.mul(tf.sub(1, weight), student), tf.mul(weight, distilled));
    return {
      loss: tf.mean(perExample) as tf.Scalar,
      aux: { logits, taskLoss: tf.mean(student), distillLoss: tf.mean(distilled), gateShare: tf.mean(open) },
    };
  };
}

/** A function of tensors whose result counts as a constant, whatever its operations. */
function withoutGradient(fn: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor {
  const constant = tf.customGrad((...args: unknown[]) => {
    const given = args.slice(0, inputs.length) as tf.Tensor[];
    return { value: fn(...given), gradFunc: () => given.map((tensor) => tf.zerosLike(tensor)) };
  });
  return constant(...inputs);
}

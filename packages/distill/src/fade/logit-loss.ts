/**
 * Losses of the fade step: logits from side to backbone.
 *
 * Letters: B batch, N tokens, C outputs.
 *
 * For example b with gate g_b in {0, 1}: (1 − α·g_b)·task_b + α·g_b·distill_b, distill = T²·KL(side ‖ backbone) for
 * classes. Where the gate is shut the example counts as in label-only training. The paper publishes neither weights
 * nor a gate; both are ours. Logits of tokens, [B, N, C], give a loss of every example too.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { MethodContext, StepInput, TaskHead, TensorRecord } from '@mdpd/core';
import { stopGradient } from '@mdpd/tensor/with-gradient';
import { firstRows } from '../methods/step-batch.ts';
import type { MdpdSettings } from '../methods/mdpd-settings.ts';
import { ensemble } from './ensemble.ts';

export type FadeLoss = (logits: tf.Tensor) => { loss: tf.Scalar; aux: TensorRecord };

type Context = Pick<MethodContext, 'task' | 'optimization'>;

/** Label loss alone, of the first `rows` examples. */
export function labelLoss({ task, optimization }: Context, { target }: StepInput, rows: number): FadeLoss {
  return (all) => {
    const logits = firstRows(all, rows);
    const loss = tf.mean(task.loss(logits, target, optimization.labelSmoothing)) as tf.Scalar;
    return { loss, aux: { logits, taskLoss: tf.clone(loss) } };
  };
}

/**
 * Whether the teacher must fit an example better than the student does. `auto`: a place between a right and a wrong one is
 * wrong, whereas an unsure distribution over classes hardly teaches anything.
 */
function isGated(gate: MdpdSettings['logit']['gate'], { place = false }: TaskHead): boolean {
  return gate === 'label' || (gate === 'auto' && place);
}

/** Gate of every example, [B]: 1 where the teacher fits the label better than the student does. A constant. */
export function labelGate(teacherLoss: tf.Tensor, studentLoss: tf.Tensor): tf.Tensor {
  return tf.cast(tf.less(stopGradient(teacherLoss), stopGradient(studentLoss)), 'float32');
}

/**
 * Label loss and distillation of the first B = `rows` examples, distillation alone of the U unlabelled ones after them:
 * mean_B(…) + U/B · weight · mean_U(sure_u · distill_u), where sure_u is 1 if the teacher's class is at least as probable
 * as `unlabelled.confidence` (and always for tasks without classes).
 *
 * @param sideLogits [B + U, C] or [B, N, C], constants here
 */
export function logitLoss(
  { task, optimization }: Context,
  { target }: StepInput,
  rows: number,
  sideLogits: tf.Tensor,
  { logit, unlabelled }: Pick<MdpdSettings, 'logit' | 'unlabelled'>,
): FadeLoss {
  const { alpha, temperature, gate, teacher: kind } = logit;
  return (all) => {
    const teachers = kind === 'side' ? sideLogits : ensemble(task, sideLogits, all, temperature);
    const distilled = task.distill(all, teachers, temperature, all.shape[0] === rows ? target : undefined);
    const logits = firstRows(all, rows);
    const student = task.loss(logits, target, optimization.labelSmoothing);
    const open = isGated(gate, task.head)
      ? labelGate(task.loss(firstRows(sideLogits, rows), target, optimization.labelSmoothing), student)
      : tf.onesLike(student);
    const weight = tf.mul(open, alpha);
    const labelled = distilled.shape[0] === rows ? distilled : tf.slice(distilled, [0], [rows]);
    const mixed = tf.mean(tf.add(tf.mul(tf.sub(1, weight), student), tf.mul(weight, labelled)));
    const aux = {
      logits,
      taskLoss: tf.mean(student),
      distillLoss: tf.mean(labelled),
      gateShare: tf.mean(open),
    };
    if (distilled.shape[0] === rows) return { loss: mixed as tf.Scalar, aux };
    const certain =
      task.head.kind === 'classification'
        ? confident(sideLogits, unlabelled.confidence)
        : tf.onesLike(distilled);
    const sure = tf.slice(certain, [rows], [-1]);
    const alone = tf.sum(tf.mul(sure, tf.slice(distilled, [rows], [-1])));
    return {
      loss: tf.add(mixed, tf.mul(alone, unlabelled.weight / rows)) as tf.Scalar,
      aux: { ...aux, sureShare: tf.mean(sure) },
    };
  };
}

/** 1 where the most probable class of logits [B, C] is at least as probable as `least`, [B]. A constant. */
function confident(logits: tf.Tensor, least: number): tf.Tensor {
  const shares = tf.softmax(stopGradient(logits) as tf.Tensor2D);
  return tf.cast(tf.greaterEqual(tf.max(shares, -1), least), 'float32');
}

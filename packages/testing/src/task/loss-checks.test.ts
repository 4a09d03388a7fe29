import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '@mdpd/tensor/with-gradient';
import { describeFindings } from '../findings.ts';
import { lossChecks } from './loss-checks.ts';
import { changed, task } from './variants.ts';

let kept: tf.Tensor | undefined;

describeFindings('checks of losses', lossChecks, {
  'a loss that is one number': {
    check: 'has a loss',
    says: 'the loss has shape [] instead of [4]',
    subject: changed({ loss: (...args) => tf.mean(task.loss(...args)) }),
  },
  'a loss with an operation that the compiler does not know': {
    check: 'can be compiled',
    says: 'a step with its losses cannot be compiled: the compiler has no operator for the tfjs kernel Atan',
    subject: changed({
      loss: (output, ...rest) => tf.add(task.loss(output, ...rest), tf.atan(tf.zerosLike(tf.sum(output, 1)))),
    }),
  },
  'a loss that is not finite': {
    check: 'has a loss',
    says: 'the loss with smoothing 0.1 is not finite',
    subject: changed({
      loss: (output, target, smoothing) => tf.div(task.loss(output, target), smoothing === 0.1 ? 0 : 1),
    }),
  },
  'a loss that depends on the batch': {
    check: 'has a loss',
    says: 'the loss of an example depends on the others',
    subject: changed({ loss: (output, ...rest) => task.loss(tf.sub(output, tf.mean(output, 0)), ...rest) }),
  },
  'a loss with a wrong gradient': {
    check: 'has a loss',
    says: 'the gradient of the loss differs from finite differences',
    subject: changed({
      loss: (output, ...rest) =>
        task.loss(
          withGradient(
            { output },
            () => tf.clone(output),
            (dy) => ({ output: () => tf.mul(dy, 0.9) }),
          ),
          ...rest,
        ),
    }),
  },
  'a distillation that is never zero': {
    check: 'equal outputs alone',
    says: 'distillation at temperature 1 of equal outputs is 0.10 instead of 0',
    subject: changed({ distill: (...args) => tf.add(task.distill(...args), 0.1) }),
  },
  'a distillation that is always zero': {
    check: 'equal outputs alone',
    says: 'distillation at temperature 1 of different outputs is not above 0',
    subject: changed({ distill: (student) => tf.mul(tf.sum(student, 1), 0) }),
  },
  'a distillation away from the teacher': {
    check: 'distils towards',
    says: 'does not bring an example closer to the teacher',
    subject: changed({
      distill: (student, ...rest) =>
        task.distill(
          withGradient(
            { student },
            () => tf.clone(student),
            (dy) => ({ student: () => tf.neg(dy) }),
          ),
          ...rest,
        ),
    }),
  },
  'a teacher that is differentiated': {
    check: 'does not differentiate',
    says: 'the teacher is differentiated',
    subject: changed({ distill: (student, teacher) => tf.mean(tf.square(tf.sub(student, teacher)), 1) }),
  },
  'a student that is not differentiated': {
    check: 'does not differentiate',
    says: 'the student is not differentiated',
    subject: changed({ distill: (student) => tf.mul(tf.sum(student, 1), 0) }),
  },
  'a loss that reads values': {
    check: 'has pure losses',
    says: 'reads the values of a tensor',
    subject: changed({
      loss: (...args) => {
        const loss = task.loss(...args);
        loss.dataSync();
        return loss;
      },
    }),
  },
  'a loss that keeps a tensor': {
    check: 'has pure losses',
    says: 'losses leave 1 tensors behind',
    subject: changed({
      loss: (...args) => {
        kept = tf.keep(tf.scalar(1));
        return tf.mul(task.loss(...args), kept);
      },
    }),
  },
  'a loss that frees the outputs': {
    check: 'has pure losses',
    says: 'losses free student, which is not their own',
    subject: changed({
      distill: (student, ...rest) => {
        const loss = task.distill(student, ...rest);
        student.dispose();
        return loss;
      },
    }),
  },
});

/**
 * Makes tfjs able to train: import it (`import '@mdpd/tensor/setup'`) before any gradient is taken.
 *
 * In Node, tfjs-core registers no gradients, and its registration module cannot be imported there. Loading tfjs-layers,
 * whose bundle has them, would cost every process 17 MB.
 */
import './tfjs-gradients.js';
import * as tf from '@tensorflow/tfjs-core';

/** Sums over the batch axes along which a matrix operand of `shape` was broadcast. */
function sumToShape(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape.slice(0, -2), gradient.shape.slice(0, -2));
  const summed = axes.length > 0 ? tf.sum(gradient, axes) : gradient;
  return tf.reshape(summed, [...shape]);
}

/** The stock gradient of matMul fails for broadcast batches; this one sums over them. */
function replaceMatMulGradient(): void {
  tf.registerGradient({
    kernelName: 'BatchMatMul',
    inputsToSave: ['a', 'b'],
    gradFunc: (gradient, saved, attrs) => {
      const dy = gradient as tf.Tensor;
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const da = (): tf.Tensor =>
        transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB);
      const db = (): tf.Tensor =>
        transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false);
      return { a: () => sumToShape(da(), a.shape), b: () => sumToShape(db(), b.shape) };
    },
  });
}

// Production mode also silences the banner that tfjs prints on the first operation.
tf.enableProdMode();
replaceMatMulGradient();

/** Kernels that replace those of tfjs's plain JavaScript backend where they are too slow to train with. */
import * as tf from '@tensorflow/tfjs-core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { TypedArray } from '@mdpd/core';
import { addRows } from './add-rows.ts';
import { sizeOf } from './host.ts';

/** Marks our kernel in tfjs's registry, which all copies of this module in a process share. */
const installed = Symbol.for('mdpd.tensor.kernel');

/** The stock kernel compares every id with every segment: a pass over all rows for every word of a vocabulary. */
function unsortedSegmentSum(
  backend: MathBackendCPU,
  inputs: tf.NamedTensorInfoMap,
  segments: number,
): tf.TensorInfo {
  const [x, ids] = [inputs['x']!, inputs['segmentIds']!];
  const shape = [segments, ...x.shape.slice(ids.shape.length)];
  const values = backend.data.get(x.dataId).values as TypedArray;
  const sums = tf.util.getArrayFromDType(x.dtype as 'float32', sizeOf(shape)) as TypedArray;
  addRows(sums, values, backend.data.get(ids.dataId).values as TypedArray, sizeOf(shape.slice(1)));
  return backend.makeTensorInfo(shape, x.dtype, sums);
}

/** Installs the kernels, after the backend's own are registered. Calling it again changes nothing. */
export function installCpuKernels(): void {
  const stock = tf.getKernel('UnsortedSegmentSum', 'cpu');
  if (!stock) throw new Error('import @tensorflow/tfjs-backend-cpu first');
  if (installed in stock) return;
  tf.unregisterKernel(stock.kernelName, stock.backendName);
  const config: tf.KernelConfig & { [installed]: true } = {
    ...stock,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { numSegments } = attrs as unknown as { readonly numSegments: number };
      return unsortedSegmentSum(backend as MathBackendCPU, inputs, numSegments);
    },
    [installed]: true,
  };
  tf.registerKernel(config);
}

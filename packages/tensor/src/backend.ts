/** Starts the tfjs backends that always work, with this package's gradients and kernels. */
import './setup.ts';
import * as tf from '@tensorflow/tfjs-core';
import { installCpuKernels } from './cpu-kernels.ts';
import { installWasmKernels } from './wasm-kernels.ts';

/** Backends of tfjs that need no native library. */
export type PortableBackend = 'wasm' | 'cpu';

/**
 * Makes `name` the backend of everything that follows. A backend is loaded on first use; switching does not stop the
 * other one, and tensors move when they are used.
 */
export async function useBackend(name: PortableBackend): Promise<void> {
  if (name === 'wasm') {
    await import('@tensorflow/tfjs-backend-wasm');
    installWasmKernels();
  } else {
    await import('@tensorflow/tfjs-backend-cpu');
    installCpuKernels();
  }
  if (!(await tf.setBackend(name))) throw new Error(`the tfjs backend ${name} does not start`);
  await tf.ready();
}

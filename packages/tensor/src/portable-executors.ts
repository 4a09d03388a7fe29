/** The executors that always work: tfjs on WebAssembly, and on plain JavaScript. */
import * as tf from '@tensorflow/tfjs-core';
import type { ExecutorProvider } from '@mdpd/core';
import { useBackend } from './backend.ts';
import { eagerExecutor } from './eager-executor.ts';

const version = tf.version_core;

async function simd(): Promise<boolean> {
  // The backend registers the flag when it is loaded; loading it does not start it.
  await import('@tensorflow/tfjs-backend-wasm');
  return (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
}

const wasmDescription = async (): Promise<string> =>
  `tfjs ${version} on WebAssembly, ${(await simd()) ? 'SIMD' : 'no SIMD'}, 1 thread`;

export const wasmExecutor: ExecutorProvider = {
  name: 'wasm',
  description: 'TensorFlow.js on WebAssembly; works everywhere',
  preference: 20,
  probe: async () => ({ available: true, reason: await wasmDescription(), threads: 1 }),
  start: async () => {
    await useBackend('wasm');
    return eagerExecutor({ name: 'wasm', description: await wasmDescription(), threads: 1, backend: 'wasm' });
  },
};

export const cpuExecutor: ExecutorProvider = {
  name: 'cpu',
  description: 'TensorFlow.js in plain JavaScript; slow, for comparison',
  preference: 90,
  probe: async () => ({ available: true, reason: `tfjs ${version} in JavaScript`, threads: 1 }),
  start: async () => {
    await useBackend('cpu');
    return eagerExecutor({
      name: 'cpu',
      description: `tfjs ${version} in JavaScript`,
      threads: 1,
      backend: 'cpu',
    });
  },
};

/** The executors that always work: tfjs on WebAssembly, and on plain JavaScript. */
import * as tf from '@tensorflow/tfjs-core';
import { MdpdError, messageOf, type Executor, type ExecutorProvider, type ExecutorStatus } from '@mdpd/core';
import { useBackend, type PortableBackend } from './backend.ts';
import { eagerExecutor } from './eager-executor.ts';

/** In Node neither backend uses more: threads of the WebAssembly backend need browser workers. */
const threads = 1;

async function wasmStatus(): Promise<ExecutorStatus> {
  try {
    // The backend registers the flag when it is loaded; loading it does not start it.
    await import('@tensorflow/tfjs-backend-wasm');
    const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
    const reason = `tfjs ${tf.version_core} on WebAssembly, ${simd ? 'SIMD' : 'no SIMD'}, 1 thread`;
    return { available: true, reason, threads };
  } catch (error) {
    return { available: false, reason: `tfjs on WebAssembly does not load: ${messageOf(error)}` };
  }
}

const cpuStatus = async (): Promise<ExecutorStatus> => ({
  available: true,
  reason: `tfjs ${tf.version_core} in plain JavaScript, 1 thread`,
  threads,
});

async function start(name: PortableBackend, status: ExecutorStatus): Promise<Executor> {
  try {
    await useBackend(name);
  } catch (error) {
    throw new MdpdError('EXECUTOR_UNAVAILABLE', `executor "${name}" does not start: ${messageOf(error)}`, {
      fix: 'choose another one with executor=auto; `mdpd doctor` shows which work',
      cause: error,
    });
  }
  return eagerExecutor({ name, description: status.reason, threads, backend: name });
}

export const wasmExecutor: ExecutorProvider = {
  name: 'wasm',
  description: 'TensorFlow.js on WebAssembly; works everywhere',
  preference: 20,
  probe: wasmStatus,
  start: async () => start('wasm', await wasmStatus()),
};

export const cpuExecutor: ExecutorProvider = {
  name: 'cpu',
  description: 'TensorFlow.js in plain JavaScript; slow, for comparison',
  preference: 90,
  probe: cpuStatus,
  start: async () => start('cpu', await cpuStatus()),
};

/** The eager executors. */
import { definePlugin } from '@mdpd/core';
import { cpuExecutor, wasmExecutor } from './portable-executors.ts';
import { tensorflowExecutor } from './tensorflow-executor.ts';

/** What the package adds: the eager executors. */
export default definePlugin({
  name: '@mdpd/tensor',
  executors: [tensorflowExecutor, wasmExecutor, cpuExecutor],
});

/** The compiling executor. */
import { definePlugin } from '@mdpd/core';
import { onnxruntimeExecutor } from './onnxruntime-executor.ts';

/** What the package adds: the compiling executor. */
export default definePlugin({
  name: '@mdpd/compile',
  executors: [onnxruntimeExecutor],
});

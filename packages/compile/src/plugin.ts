/** The compiling executor. */
import { definePlugin } from '@mdpd/core';
import { onnxruntimeExecutor } from './onnxruntime-executor.ts';

export default definePlugin({
  name: '@mdpd/compile',
  executors: [onnxruntimeExecutor],
});

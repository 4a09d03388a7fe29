/** The executor that compiles: ONNX Runtime, on the processor or on what the installed runtime offers. */
import { createRequire } from 'node:module';
import { MdpdError, messageOf, type ExecutorProvider, type ExecutorStatus } from '@mdpd/core';
import { compiledExecutor } from './compiled-executor.ts';
import { SessionClient } from './session-client.ts';
import { defaultThreads } from './session-settings.ts';

const install = 'npm install onnxruntime-node@1.30.0';

async function status(): Promise<ExecutorStatus> {
  try {
    const ort = await import('onnxruntime-node');
    const providers = ort
      .listSupportedBackends()
      .filter(({ bundled }) => bundled)
      .map(({ name }) => name);
    const version = (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string })
      .version;
    const threads = defaultThreads();
    return {
      available: true,
      reason: `ONNX Runtime ${version} (${providers.join(', ')}), ${threads} threads`,
      threads,
    };
  } catch (error) {
    return {
      available: false,
      reason: `ONNX Runtime does not load: ${messageOf(error).split('\n')[0]}`,
      install,
    };
  }
}

export const onnxruntimeExecutor: ExecutorProvider = {
  name: 'onnxruntime',
  description: 'compiles each step into one graph and runs it in ONNX Runtime',
  preference: 5,
  probe: status,
  start: async () => {
    const found = await status();
    if (!found.available) {
      throw new MdpdError('EXECUTOR_UNAVAILABLE', `executor "onnxruntime" does not start: ${found.reason}`, {
        fix: `${install}, or choose executor=auto`,
      });
    }
    const threads = defaultThreads();
    return compiledExecutor({
      description: found.reason,
      threads,
      client: new SessionClient(),
      settings: { threads, provider: 'cpu', profile: process.env['MDPD_PROFILE'] },
    });
  },
};

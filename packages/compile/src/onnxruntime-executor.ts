/** The executor that compiles: ONNX Runtime, on the processor or on what the installed runtime offers. */
import { createRequire } from 'node:module';
import {
  MdpdError,
  messageOf,
  type ExecutorProvider,
  type ExecutorStatus,
  type RuntimeOptions,
} from '@mdpd/core';
import { compiledExecutor } from './compiled-executor.ts';
import { checkProvider, installedProviders } from './providers.ts';
import { SessionClient } from './session-client.ts';
import { defaultThreads } from './session-settings.ts';

const install = 'npm install onnxruntime-node@1.30.0';

async function describe(threads: number, provider = 'cpu'): Promise<string> {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  const where = provider === 'cpu' ? '' : ` on ${provider}`;
  return `ONNX Runtime ${version}${where}, compiled, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

async function status(): Promise<ExecutorStatus> {
  try {
    const threads = defaultThreads();
    const providers = (await installedProviders()).join(', ');
    return { available: true, reason: `${await describe(threads)}; providers: ${providers}`, threads };
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
  start: async (options: RuntimeOptions = {}) => {
    const { threads = defaultThreads(), provider = 'cpu', onGraph } = options;
    const found = await status();
    if (!found.available) {
      throw new MdpdError('EXECUTOR_UNAVAILABLE', `executor "onnxruntime" does not start: ${found.reason}`, {
        fix: `${install}, or choose executor=auto`,
      });
    }
    await checkProvider(provider);
    return compiledExecutor({
      description: await describe(threads, provider),
      threads,
      client: new SessionClient(),
      settings: { threads, provider, profile: process.env['MDPD_PROFILE'] },
      onGraph,
    });
  },
};

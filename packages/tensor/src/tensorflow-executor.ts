/** Native TensorFlow, where the user has installed it: @tensorflow/tfjs-node-gpu, else @tensorflow/tfjs-node. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { MdpdError, messageOf, type ExecutorProvider } from '@mdpd/core';
import './setup.ts';
import { eagerExecutor } from './eager-executor.ts';

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
const install = 'npm install @tensorflow/tfjs-node --foreground-scripts --ignore-scripts=false';

interface Found {
  readonly name: (typeof packages)[number];
  readonly version: string;
}

/** Says why loading failed, in one line; the packages' own texts run over many. */
function reasonOf(thrown: unknown, name: string): string {
  const message = messageOf(thrown).split('\n')[0]!.trim();
  const missing =
    thrown instanceof Error && (thrown as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
  if (missing && message.includes(name)) return `${name} is not installed`;
  return `${name} does not load: ${message}`;
}

/** The package resolves relative to the working directory first: there a user installs it. */
function resolvePackage(name: string): string | undefined {
  for (const from of [`${process.cwd()}/package.json`, import.meta.url]) {
    try {
      const path = createRequire(from).resolve(name);
      if (existsSync(path)) return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

async function load(): Promise<Found | { readonly reasons: string[] }> {
  const reasons: string[] = [];
  for (const name of packages) {
    const path = resolvePackage(name);
    if (path === undefined) {
      reasons.push(`${name} is not installed`);
      continue;
    }
    try {
      const module = (await import(path)) as {
        version?: Record<string, string>;
        default?: { version?: Record<string, string> };
      };
      const versions = module.version ?? module.default?.version ?? {};
      return { name, version: versions['tfjs-node'] ?? tf.version_core };
    } catch (thrown) {
      reasons.push(reasonOf(thrown, name));
    }
  }
  return { reasons };
}

export const tensorflowExecutor: ExecutorProvider = {
  name: 'tensorflow',
  description: 'native TensorFlow through tfjs-node(-gpu); optional',
  preference: 10,
  probe: async () => {
    const backend = tf.getBackend();
    const found = await load();
    if (backend) await tf.setBackend(backend);
    if ('reasons' in found) return { available: false, reason: found.reasons.join('; '), install };
    return { available: true, reason: `${found.name} ${found.version}`, threads: availableParallelism() };
  },
  start: async () => {
    const found = await load();
    if ('reasons' in found) {
      throw new MdpdError(
        'EXECUTOR_UNAVAILABLE',
        `executor "tensorflow" does not start: ${found.reasons.join('; ')}`,
        {
          fix: `${install}, or executor=auto`,
        },
      );
    }
    await tf.setBackend('tensorflow');
    return eagerExecutor({
      name: 'tensorflow',
      description: `${found.name} ${found.version}`,
      threads: availableParallelism(),
      backend: 'tensorflow',
    });
  },
};

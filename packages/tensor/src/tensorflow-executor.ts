/** Native TensorFlow, where the user has installed it: @tensorflow/tfjs-node-gpu, else @tensorflow/tfjs-node. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { MdpdError, messageOf, type ExecutorProvider } from '@mdpd/core';
import './setup.ts';
import { eagerExecutor } from './eager-executor.ts';

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

const install = 'npm install @tensorflow/tfjs-node@4.22.0 --ignore-scripts=false';

/** Loading the native library takes seconds, a minute on a slow disk. */
const PROBE_MILLISECONDS = 120_000;

interface Installed {
  readonly name: (typeof packages)[number];
  readonly module: string;
}

interface Found extends Installed {
  readonly version: string;
}

type Search = { readonly found: Found } | { readonly reason: string };

/** Where the user would install it: the working directory, else beside this package. */
function resolveModule(name: string, directory: string): string | undefined {
  for (const from of [path.join(directory, 'package.json'), import.meta.url]) {
    try {
      return pathToFileURL(createRequire(from).resolve(name)).href;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

/** The first line of what loading gave; the packages' own texts run over many. */
const firstLine = (text: string): string => text.trim().split('\n')[0]!.trim();

/**
 * Loads the package in a process of its own: it prints, takes hundreds of megabytes, makes itself the backend, and its
 * native library may bring a process down. Returns the version, or throws with the reason.
 */
async function tryLoading({ module }: Installed): Promise<string> {
  const script = `
    const fail = (error) => { process.stdout.write('\\n' + JSON.stringify({ error: String(error?.message ?? error) })); };
    import(process.argv[1]).then(async (loaded) => {
      const tf = loaded.default ?? loaded;
      await tf.ready();
      const sum = tf.tidy(() => tf.add(tf.tensor1d([1]), 1).dataSync()[0]);
      if (sum !== 2 || tf.getBackend() !== 'tensorflow') throw new Error('its backend does not compute');
      process.stdout.write('\\n' + JSON.stringify({ version: tf.version?.['tfjs-node'] ?? tf.version_core }));
    }).catch(fail);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=commonjs', '-e', script, module],
    {
      timeout: PROBE_MILLISECONDS,
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    },
  );
  const answer = JSON.parse(stdout.trim().split('\n').at(-1)!) as { version?: string; error?: string };
  if (answer.version === undefined) throw new Error(answer.error);
  return answer.version;
}

async function search(directory: string): Promise<Search> {
  const reasons: string[] = [];
  for (const name of packages) {
    const module = resolveModule(name, directory);
    if (module === undefined) {
      reasons.push(`${name} is not installed`);
      continue;
    }
    try {
      return { found: { name, module, version: await tryLoading({ name, module }) } };
    } catch (error) {
      reasons.push(`${name} does not load: ${firstLine(messageOf(error))}`);
    }
  }
  return { reason: reasons.join('; ') };
}

const describe = ({ name, version }: Found): string =>
  `${name} ${version}, ${availableParallelism()} threads`;

function unavailable(reason: string, cause?: unknown): MdpdError {
  return new MdpdError('EXECUTOR_UNAVAILABLE', `executor "tensorflow" does not start: ${reason}`, {
    fix: `${install}, or choose executor=auto`,
    cause,
  });
}

/** @param directory - where the user's packages are looked up; default: the working directory */
export function createTensorflowExecutor(directory?: string): ExecutorProvider {
  let known: Search | undefined;
  const look = async (): Promise<Search> => {
    // What works once is not tried again: starting follows probing, and each try takes seconds.
    if (known && 'found' in known) return known;
    known = await search(directory ?? process.cwd());
    return known;
  };
  return {
    name: 'tensorflow',
    description: 'native TensorFlow through tfjs-node(-gpu); optional',
    preference: 10,
    probe: async () => {
      const result = await look();
      if ('reason' in result) return { available: false, reason: result.reason, install };
      return { available: true, reason: describe(result.found), threads: availableParallelism() };
    },
    start: async () => {
      const result = await look();
      if ('reason' in result) throw unavailable(result.reason);
      process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
      try {
        await import(result.found.module);
        if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend does not start');
      } catch (error) {
        throw unavailable(firstLine(messageOf(error)), error);
      }
      return eagerExecutor({
        name: 'tensorflow',
        description: describe(result.found),
        threads: availableParallelism(),
        backend: 'tensorflow',
      });
    },
  };
}

export const tensorflowExecutor: ExecutorProvider = createTensorflowExecutor();

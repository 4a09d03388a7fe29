/** Native TensorFlow, where the user has installed it: @tensorflow/tfjs-node-gpu, else @tensorflow/tfjs-node. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import util from 'node:util';
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

/** A folder whose node_modules has the package, for one that was built by hand; then nowhere else is looked. */
const FOLDER_VARIABLE = 'MDPD_TFJS_NODE';

/** Where packages are looked up from, in this order. */
interface Places {
  readonly from: readonly string[];
  /** For the user: empty, or the folder that was asked for. */
  readonly suffix: string;
}

/** Where the user would install it: the working directory, else beside this package. */
function placesFrom(directory: string | undefined): Places {
  const asked = directory === undefined ? process.env[FOLDER_VARIABLE] : undefined;
  if (asked !== undefined && asked !== '') {
    const folder = path.resolve(asked);
    return { from: [path.join(folder, 'package.json')], suffix: ` in ${folder} (${FOLDER_VARIABLE})` };
  }
  return { from: [path.join(directory ?? process.cwd(), 'package.json'), import.meta.url], suffix: '' };
}

function resolveModule(name: string, places: Places): string | undefined {
  for (const from of places.from) {
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
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const fail = (error) => { process.stdout.write('\\n' + JSON.stringify({ error: String(error?.message ?? error) })); };
    import(process.argv[1]).then(async (loaded) => {
      const tf = loaded.default ?? loaded;
      await tf.ready();
      const sum = tf.tidy(() => tf.add(tf.tensor1d([1]), 1).dataSync()[0]);
      if (sum !== 2 || tf.getBackend() !== 'tensorflow') throw new Error('its backend does not compute');
      process.stdout.write('\\n' + JSON.stringify({ version: tf.version?.['tfjs-node'] ?? tf.version_core }));
    }).catch(fail);`;
  const { stdout } = await util.promisify(execFile)(
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

/** tfjs-node 4.22 calls two functions that Node 23 removed. It finds them on the module's object, which is shared. */
function restoreRemovedUtilities(): void {
  const utilities = util as unknown as Record<string, unknown>;
  utilities['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
  utilities['isArray'] ??= Array.isArray;
}

/** Loads the package into this process and makes its backend current. */
async function load({ module }: Found): Promise<void> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  restoreRemovedUtilities();
  // The package registers tfjs's own gradients again, in place of those that setup.ts has replaced.
  const gradient = tf.getGradient('BatchMatMul');
  await import(module);
  tf.registerGradient(gradient);
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend does not start');
}

async function search(directory: string | undefined): Promise<Search> {
  const places = placesFrom(directory);
  const reasons: string[] = [];
  for (const name of packages) {
    const module = resolveModule(name, places);
    if (module === undefined) {
      reasons.push(`${name} is not installed${places.suffix}`);
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

/**
 * @param directory - where the user's packages are looked up; default: the folder that the environment variable
 * MDPD_TFJS_NODE names, else the working directory
 */
export function createTensorflowExecutor(directory?: string): ExecutorProvider {
  let known: Search | undefined;
  const look = async (): Promise<Search> => {
    // What works once is not tried again: starting follows probing, and each try takes seconds.
    if (known && 'found' in known) return known;
    known = await search(directory);
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
      try {
        await load(result.found);
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

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { createRegistry, formatError, MdpdError, type ExecutorProvider } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { hostTensor } from './host.ts';
import plugin from './plugin.ts';
import { cpuExecutor, wasmExecutor } from './portable-executors.ts';
import { startExecutor } from './start-executor.ts';
import { createTensorflowExecutor } from './tensorflow-executor.ts';

const root = mkdtempSync(path.join(tmpdir(), 'executors-'));
afterAll(() => rmSync(root, { recursive: true }));

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

const noWarning = (message: string): never => {
  throw new Error(`warned: ${message}`);
};

/** A folder in which a package of that name is installed. */
function withPackage(name: string, source: string): string {
  const folder = mkdtempSync(path.join(root, 'user-'));
  const target = path.join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  writeFileSync(
    path.join(target, 'package.json'),
    JSON.stringify({ name, version: '1.2.3', main: 'index.cjs' }),
  );
  writeFileSync(path.join(target, 'index.cjs'), source);
  return folder;
}

describe.each([wasmExecutor, cpuExecutor])('executor $name', (provider) => {
  it('says what it is', async () => {
    const backend = tf.getBackend();
    const status = await provider.probe();
    expect(status).toEqual({
      available: true,
      reason:
        provider.name === 'wasm'
          ? 'tfjs 4.22.0 on WebAssembly, SIMD, 1 thread'
          : 'tfjs 4.22.0 in plain JavaScript, 1 thread',
      threads: 1,
    });
    expect(tf.getBackend()).toBe(backend);
    const { name, description, threads } = await provider.start();
    expect([name, description, threads]).toEqual([provider.name, status.reason, 1]);
  });

  it('keeps results only, each one its own', async () => {
    const executor = await provider.start();
    const start = executor.memory().liveTensors;
    const x = executor.upload(hostTensor([1, 2], [2]));
    const step = executor.prepare('step', (state: { x: tf.Tensor }, factor: number) => {
      const y = tf.mul(tf.square(state.x), factor);
      return {
        state: { x: state.x, y },
        parts: { again: y },
        list: [tf.sum(y)],
        note: 'text',
        nothing: null,
      };
    });
    const result = await step({ x }, 3);
    expect([result.note, result.nothing]).toEqual(['text', null]);
    expect(executor.memory().liveTensors - start).toBe(1 + 4);
    x.dispose();
    result.state.y.dispose();
    const rest = { x: result.state.x, again: result.parts.again, sum: result.list[0]! };
    expect(await executor.read(rest.x)).toEqual(hostTensor([1, 2], [2]));
    expect(await executor.read(rest.again)).toEqual(hostTensor([3, 12], [2]));
    expect(await executor.read(rest.sum)).toEqual(hostTensor([15], []));
    tf.dispose(rest);
    expect(executor.memory().liveTensors).toBe(start);
    await executor.stop();
  });

  it('frees everything when the function throws', async () => {
    const executor = await provider.start();
    const before = executor.memory();
    const step = executor.prepare('step', () => {
      tf.ones([10]);
      throw new Error('no');
    });
    await expect(step()).rejects.toThrow('no');
    expect(executor.memory()).toEqual(before);
  });

  it('counts live bytes', async () => {
    const executor = await provider.start();
    const before = executor.memory();
    const x = executor.upload(hostTensor([1, 2, 3], [3], 'bool'));
    const after = executor.memory();
    expect([after.liveBytes - before.liveBytes, after.liveTensors - before.liveTensors]).toEqual([3, 1]);
    x.dispose();
  });

  it('lets other work have its turn between steps', async () => {
    const executor = await provider.start();
    const step = executor.prepare('step', () => null);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const until = performance.now() + 200;
    while (performance.now() < until) await step();
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });
});

describe('several executors in one process', () => {
  it('run each on their own backend, whatever is current', async () => {
    const executors = [await cpuExecutor.start(), await wasmExecutor.start()];
    const which = executors.map((executor) => executor.prepare('which', () => tf.getBackend()));
    const twice = [...which, ...which].map((run) => run());
    expect(await Promise.all(twice)).toEqual(['cpu', 'wasm', 'cpu', 'wasm']);
    const [cpu, wasm] = executors as [(typeof executors)[0], (typeof executors)[0]];
    const x = cpu.upload(hostTensor([1, 2], [2]));
    const double = wasm.prepare('double', (t: tf.Tensor) => tf.mul(t, 2));
    const y = await double(x);
    expect([(await wasm.read(y)).data, (await cpu.read(x)).data]).toEqual([
      Float32Array.of(2, 4),
      Float32Array.of(1, 2),
    ]);
    tf.dispose([x, y]);
  });
});

describe('executor tensorflow', () => {
  const install = 'npm install @tensorflow/tfjs-node@4.22.0 --ignore-scripts=false';

  it('says that nothing is installed', async () => {
    const provider = createTensorflowExecutor(mkdtempSync(path.join(root, 'user-')));
    const reason = '@tensorflow/tfjs-node-gpu is not installed; @tensorflow/tfjs-node is not installed';
    expect(await provider.probe()).toEqual({ available: false, reason, install });
    expect(await failure(provider.start())).toBe(
      `error EXECUTOR_UNAVAILABLE\n  executor "tensorflow" does not start: ${reason}\n` +
        `  fix: ${install}, or choose executor=auto`,
    );
  });

  it('says why an installed one does not load, quietly', async () => {
    const folder = withPackage(
      '@tensorflow/tfjs-node',
      `console.log('banner'); console.error('noise');
       throw new Error("The Node.js native addon module (tfjs_binding.node) can not be found.\\nPlease run …");`,
    );
    expect(await createTensorflowExecutor(folder).probe()).toEqual({
      available: false,
      reason:
        '@tensorflow/tfjs-node-gpu is not installed; @tensorflow/tfjs-node does not load: ' +
        'The Node.js native addon module (tfjs_binding.node) can not be found.',
      install,
    });
  });

  it('survives one that brings its process down', async () => {
    const folder = withPackage('@tensorflow/tfjs-node-gpu', `process.abort();`);
    const status = await createTensorflowExecutor(folder).probe();
    expect(status.available).toBe(false);
    expect(status.reason).toMatch(/^@tensorflow\/tfjs-node-gpu does not load: Command failed: /);
  });

  it('starts one that works, and only then loads it', async () => {
    const resolve = (name: string): string => JSON.stringify(createRequire(import.meta.url).resolve(name));
    // The native library stands aside: its place is taken by the JavaScript kernels under the native backend's name.
    const folder = withPackage(
      '@tensorflow/tfjs-node',
      `const tf = require(${resolve('@tensorflow/tfjs-core')});
       const { MathBackendCPU } = require(${resolve('@tensorflow/tfjs-backend-cpu')});
       tf.enableProdMode();
       tf.copyRegisteredKernels('cpu', 'tensorflow');
       tf.registerBackend('tensorflow', () => new MathBackendCPU(), 3);
       tf.setBackend('tensorflow');
       module.exports = { ...tf, version: { 'tfjs-node': '4.22.0' } };`,
    );
    const provider = createTensorflowExecutor(folder);
    const { available, reason } = await provider.probe();
    expect([available, reason.replace(/\d+ threads/, 'n threads')]).toEqual([
      true,
      '@tensorflow/tfjs-node 4.22.0, n threads',
    ]);
    expect(tf.findBackendFactory('tensorflow')).toBeNull();
    const executor = await provider.start();
    const run = executor.prepare('run', () => [tf.getBackend(), tf.add(1, 1)] as const);
    const [backend, sum] = await run();
    expect([backend, (await executor.read(sum)).data]).toEqual(['tensorflow', Float32Array.of(2)]);
    sum.dispose();
  });
});

describe('startExecutor', () => {
  const none = createTensorflowExecutor(mkdtempSync(path.join(root, 'user-')));

  it('takes the best that works and says why', async () => {
    const { executor, reason } = await startExecutor('auto', [cpuExecutor, wasmExecutor, none], noWarning);
    expect(executor.name).toBe('wasm');
    expect(reason).toBe(
      'wasm: tfjs 4.22.0 on WebAssembly, SIMD, 1 thread; not available: tensorflow ' +
        '(@tensorflow/tfjs-node-gpu is not installed; @tensorflow/tfjs-node is not installed)',
    );
  });

  it('goes on when one that seemed to work does not start', async () => {
    const broken: ExecutorProvider = {
      name: 'broken',
      description: '',
      preference: 1,
      probe: async () => ({ available: true, reason: '' }),
      start: async () => {
        throw new Error('out of luck');
      },
    };
    const never: ExecutorProvider = { ...broken, name: 'never', preference: undefined };
    const warnings: string[] = [];
    const started = await startExecutor('auto', [never, broken, cpuExecutor], (text) => warnings.push(text));
    expect(started.reason).toBe(
      'cpu: tfjs 4.22.0 in plain JavaScript, 1 thread; not available: broken (out of luck)',
    );
    expect(warnings).toEqual(['executor broken does not start: out of luck']);
    expect(await failure(startExecutor('auto', [never, broken], () => {}))).toBe(
      'error EXECUTOR_UNAVAILABLE\n  no executor works: broken (out of luck)',
    );
  });

  it('starts the one that is asked for, or says what there is', async () => {
    const { executor, reason } = await startExecutor('cpu', [wasmExecutor, cpuExecutor], noWarning);
    expect([executor.name, reason]).toEqual(['cpu', 'cpu: tfjs 4.22.0 in plain JavaScript, 1 thread']);
    expect(await failure(startExecutor('wasn', [wasmExecutor, cpuExecutor], noWarning))).toBe(
      'error UNKNOWN_EXECUTOR\n  there is no executor "wasn"\n  allowed: auto, wasm, cpu\n  fix: did you mean "wasm"?',
    );
    expect(await failure(startExecutor('tensorflow', [none], noWarning))).toContain('EXECUTOR_UNAVAILABLE');
  });
});

describe('plugin', () => {
  it('offers the executors', () => {
    const { executors } = createRegistry([plugin]);
    expect(executors.names).toEqual(['tensorflow', 'wasm', 'cpu']);
  });
});

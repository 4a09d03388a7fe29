import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createTensorflowExecutor } from './tensorflow-executor.ts';
import { valueAndGrads } from './vjp.ts';

const root = mkdtempSync(path.join(tmpdir(), 'tensorflow-executor-'));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const resolve = (name: string): string => JSON.stringify(createRequire(import.meta.url).resolve(name));

/**
 * Stands in for @tensorflow/tfjs-node where its native library is not: the JavaScript kernels under the native
 * backend's name, with those habits of the package that the executor has to cope with.
 */
const standIn = `
  const util = require('util');
  if (util.isNullOrUndefined(0) || !util.isArray([])) throw new Error('unexpected');
  const tf = require(${resolve('@tensorflow/tfjs-core')});
  const { MathBackendCPU } = require(${resolve('@tensorflow/tfjs-backend-cpu')});
  tf.enableProdMode();
  tf.copyRegisteredKernels('cpu', 'tensorflow');
  tf.registerGradient({
    kernelName: 'BatchMatMul',
    gradFunc: () => { throw new Error('the stock gradient'); },
  });
  tf.registerBackend('tensorflow', () => new MathBackendCPU(), 3);
  tf.setBackend('tensorflow');
  module.exports = { ...tf, version: { 'tfjs-node': '4.22.0' } };`;

function userFolder(installed: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(path.join(root, 'user-'));
  for (const [name, source] of Object.entries(installed)) {
    const target = path.join(folder, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    writeFileSync(path.join(target, 'package.json'), JSON.stringify({ name, main: 'index.cjs' }));
    writeFileSync(path.join(target, 'index.cjs'), source);
  }
  return folder;
}

const removedUtilities = util as unknown as Record<string, unknown>;

describe('the folder in MDPD_TFJS_NODE', () => {
  it('is where the package is looked up', async () => {
    vi.stubEnv('MDPD_TFJS_NODE', userFolder({ '@tensorflow/tfjs-node': standIn }));
    const { available, reason } = await createTensorflowExecutor().probe();
    expect([available, reason.split(',')[0]]).toEqual([true, '@tensorflow/tfjs-node 4.22.0']);
  });

  it('is the only one, and is named when the package is not there', async () => {
    const folder = userFolder();
    vi.stubEnv('MDPD_TFJS_NODE', path.relative(process.cwd(), folder));
    const { reason } = await createTensorflowExecutor().probe();
    expect(reason).toBe(
      `@tensorflow/tfjs-node-gpu is not installed in ${folder} (MDPD_TFJS_NODE); ` +
        `@tensorflow/tfjs-node is not installed in ${folder} (MDPD_TFJS_NODE)`,
    );
  });

  it('does not count where a folder is given, nor when it is empty', async () => {
    const reason = '@tensorflow/tfjs-node-gpu is not installed; @tensorflow/tfjs-node is not installed';
    vi.stubEnv('MDPD_TFJS_NODE', userFolder({ '@tensorflow/tfjs-node': standIn }));
    expect((await createTensorflowExecutor(userFolder()).probe()).reason).toBe(reason);
    vi.stubEnv('MDPD_TFJS_NODE', '');
    vi.spyOn(process, 'cwd').mockReturnValue(userFolder());
    expect((await createTensorflowExecutor().probe()).reason).toBe(reason);
  });
});

describe('what the package does to the process', () => {
  it('finds the functions that newer versions of Node have removed, and our gradients stay', async () => {
    const removal = path.join(root, 'as-node-23.cjs');
    writeFileSync(
      removal,
      `const util = require('util'); delete util.isNullOrUndefined; delete util.isArray;`,
    );
    vi.stubEnv('NODE_OPTIONS', `--require=${removal}`);
    delete removedUtilities['isNullOrUndefined'];
    delete removedUtilities['isArray'];
    const executor = await createTensorflowExecutor(userFolder({ '@tensorflow/tfjs-node': standIn })).start();
    const step = executor.prepare('step', (a: tf.Tensor, b: tf.Tensor) =>
      valueAndGrads((p) => ({ loss: tf.sum(tf.matMul(p['a']!, p['b']!)) }), { a, b }),
    );
    // A batch of two times a matrix: the case for which tfjs's own gradient fails.
    const [a, b] = [tf.ones([2, 3, 4]), tf.ones([4, 5])];
    const { grads } = await step(a, b);
    expect([tf.getBackend(), grads['b']!.shape]).toEqual(['tensorflow', [4, 5]]);
    expect(new Set((await executor.read(grads['b']!)).data)).toEqual(new Set([6]));
    tf.dispose([a, b]);
  });
});

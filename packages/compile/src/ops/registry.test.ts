import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { traceAll } from '../testing/differential.ts';
import { everyCase } from '../testing/every-case.ts';
import { difference, runGraph, wave } from '../testing/run-graph.ts';
import { traceBackend } from '../trace-backend.ts';
import { failureOf } from '../testing/told.ts';
import { trace } from '../trace.ts';
import { elementwise, scalar } from './elementwise.ts';
import { opNames, registerOp } from './registry.ts';

const source = fileURLToPath(new URL('../../../..', import.meta.url));

/** Kernels that tracing all cases comes across. */
function tracedKernels(): Set<string> {
  const backend = traceBackend();
  const seen = new Set<string>();
  const { runKernel } = backend;
  backend.runKernel = (name, ...rest) => {
    seen.add(name);
    return runKernel.call(backend, name, ...rest);
  };
  try {
    traceAll(everyCase);
  } finally {
    backend.runKernel = runKernel;
  }
  return seen;
}

/** Text of all sources below a folder that are not tests. */
function sourcesBelow(folder: string, wanted: (path: string) => boolean): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.endsWith('.test.ts'))
    .filter((path) => !/(^|\/)(node_modules|dist)\//u.test(path) && wanted(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .join('\n');
}

const opsIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/\btf\.([a-zA-Z0-9]+)\(/gu)].map(([, name]) => name!));

/** Functions of tfjs that compute nothing. */
const notOps = new Set(
  `backend dispose enableProdMode engine env getBackend getGradient getKernel grads keep memory ready registerBackend
   registerGradient registerKernel setBackend tensor1d tensor2d tensor3d tensor4d tidy unregisterKernel`.split(
    /\s+/u,
  ),
);

describe('the registry', () => {
  it('knows no kernel that is not compared with the cpu backend', () => {
    const traced = tracedKernels();
    // Tests register some of their own.
    const own = opNames().filter((name) => !name.startsWith('Test'));
    expect(own.filter((name) => !traced.has(name))).toEqual([]);
  });

  it('covers every operation that a package uses', () => {
    const used = opsIn(
      sourcesBelow(
        join(source, 'packages'),
        (path) => path.includes('/src/') && !path.startsWith('compile/'),
      ),
    );
    const compared = opsIn(sourcesBelow(join(source, 'packages/compile/src/testing'), () => true));
    expect([...used].filter((name) => !compared.has(name) && !notOps.has(name))).toEqual([]);
    expect(used.size).toBeGreaterThan(40);
  });

  it('names an unknown kernel and how to teach it, and learns it', async () => {
    const x = tf.tensor1d([-1, 2]);
    const softsign = (value: tf.Tensor): tf.Tensor => tf.engine().runKernel('TestSoftsign', { x: value });
    expect(await failureOf(() => trace(softsign, [x]))).toMatchInlineSnapshot(`
      "error COMPILE_OP at registry.test.ts:LINE
        the compiler has no operator for the tfjs kernel TestSoftsign
        fix: teach it with registerOp('TestSoftsign', …) of @mdpd/compile/ops/registry, or use executor=wasm"
    `);
    registerOp('TestSoftsign', (b, inputs) => {
      const size = elementwise(b, 'Add', [elementwise(b, 'Abs', [inputs['x']!]), scalar(1)]);
      return elementwise(b, 'Div', [inputs['x']!, size]);
    });
    const { graph } = trace(softsign, [x]);
    const { out } = await runGraph(
      { ...graph, outputs: [{ name: 'out', value: graph.outputs[0]!.value }] },
      { 'in.0': wave([2]) },
    );
    const given = Array.from(wave([2]).data);
    expect(
      difference(
        out!.data,
        given.map((value) => value / (Math.abs(value) + 1)),
      ),
    ).toBeLessThan(1e-6);
    x.dispose();
  });

  it('refuses a second emitter for one kernel', () => {
    expect(() => registerOp('Add', (_b, { a }) => a!)).toThrow('the kernel Add is registered already');
  });
});

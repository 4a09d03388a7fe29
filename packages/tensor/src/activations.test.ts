import * as tf from '@tensorflow/tfjs-core';
import { MdpdError } from '@mdpd/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { activation, activationNames } from './activations.ts';
import { useBackend } from './backend.ts';
import { compareWithReference } from './compare.ts';

/** erf by its Maclaurin series: exact to 1e-12 for |x| < 4. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const references: Record<string, (x: number) => number> = {
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  gelu_new: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  quick_gelu: (x) => x * sigmoid(1.702 * x),
  relu: (x) => Math.max(x, 0),
  silu: (x) => x * sigmoid(x),
  tanh: Math.tanh,
};

const data = Array.from({ length: 81 }, (_, i) => (i - 40.5) / 10);

describe.each(['cpu', 'wasm'] as const)('activations on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(activationNames)('%s', (name) => {
    const result = compareWithReference(activation(name), (x) => x.map(references[name]!), [
      { shape: [27, 3], data },
    ]);
    expect(result.value).toBeLessThan(1e-6);
    expect(result.gradients[0]).toBeLessThan(2e-6);
    expect(result.leaked).toBe(0);
  });

  it.each(activationNames)('%s is finite far from zero', (name) => {
    const x = tf.tensor1d([-1e4, -50, 50, 1e4]);
    const [y, dx] = tf.tidy(() => [activation(name)(x), tf.grad(activation(name))(x)] as const);
    expect([...y.dataSync(), ...dx.dataSync()].every(Number.isFinite)).toBe(true);
    tf.dispose([x, y, dx]);
  });
});

describe('activation', () => {
  it('names the known ones', () => {
    const thrown = (() => {
      try {
        return activation('gleu');
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(MdpdError);
    expect(thrown).toMatchObject({
      code: 'UNKNOWN_ACTIVATION',
      message: 'there is no activation "gleu"',
      allowed: 'gelu, gelu_new, quick_gelu, relu, silu, tanh',
      fix: 'did you mean "gelu"?',
      exitCode: 2,
    });
    expect(() => activation('constructor')).toThrow('there is no activation "constructor"');
  });
});

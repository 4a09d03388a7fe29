import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { compareWithReference, operand } from './compare.ts';
import { linear } from './linear.ts';

const I = 4;
const O = 3;

function reference(x: Float64Array, weight: Float64Array, bias?: Float64Array): Float64Array {
  const rows = x.length / I;
  return Float64Array.from({ length: rows * O }, (_, at) => {
    const [row, o] = [Math.floor(at / O), at % O];
    let sum = bias?.[o] ?? 0;
    for (let i = 0; i < I; i++) sum += x[row * I + i]! * weight[o * I + i]!;
    return sum;
  });
}

describe.each(['cpu', 'wasm'] as const)('linear on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([[[5, I]], [[2, 3, I]], [[I]]])('maps %j', (shape) => {
    const result = compareWithReference(
      (x, weight, bias) => {
        const y = linear(x, weight, bias);
        expect(y.shape).toEqual([...shape.slice(0, -1), O]);
        return y;
      },
      reference,
      [operand(shape), operand([O, I], 1), operand([O], 2)],
    );
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(1e-6);
    expect(result.leaked).toBe(0);
  });

  it('works without a bias', () => {
    const result = compareWithReference((x, weight) => linear(x, weight), reference, [
      operand([2, 3, I]),
      operand([O, I], 1),
    ]);
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(1e-6);
    expect(result.leaked).toBe(0);
  });
});

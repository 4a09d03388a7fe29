import { expect, it } from 'vitest';
import { comparisonTable } from './plan-main.ts';

it('puts predicted beside measured', () => {
  const row = { shape: 'vit-s', row: 'norm', predictedBytes: 505e6, measuredBytes: 498e6 };
  expect(comparisonTable([{ ...row, predictedSeconds: 0.9, measuredSeconds: 1.2 }])).toMatchInlineSnapshot(`
    "shape  row   predicted, MB  measured, MB        predicted, s  measured, s
    vit-s  norm            505           498  +1 %          0.90         1.20  −25 %"
  `);
});

import { describe, expect, it } from 'vitest';
import { differingCases } from '../testing/differential.ts';
import {
  binaryCases,
  extremeCases,
  integerCases,
  selectionCases,
  unaryCases,
} from '../testing/elementwise-cases.ts';

describe('elementwise operations, compiled, equal the cpu backend', () => {
  it.each([
    ['of one operand, with gradients', unaryCases],
    ['of two operands, broadcast, with gradients', binaryCases],
    ['on integers and truth values', integerCases],
    ['that choose and sum up', selectionCases],
    ['on extreme numbers', extremeCases],
  ])('%s', async (_name, cases) => {
    expect(await differingCases(cases)).toEqual({});
  });
});

import { describe, expect, it } from 'vitest';
import { differingCases } from '../testing/differential.ts';
import { shapeCases } from '../testing/shape-cases.ts';

describe('operations on shapes, compiled, equal the cpu backend with their gradients', () => {
  it.each(Object.entries(shapeCases))('%s', async (_name, cases) => {
    expect(await differingCases(cases)).toEqual({});
  });
});

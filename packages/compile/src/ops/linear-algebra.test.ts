import { describe, expect, it } from 'vitest';
import { differingCases } from '../testing/differential.ts';
import { linearAlgebraCases } from '../testing/linear-algebra-cases.ts';

describe('matrix products and look-ups, compiled, equal the cpu backend with their gradients', () => {
  it.each(Object.entries(linearAlgebraCases))('%s', async (_name, cases) => {
    expect(await differingCases(cases)).toEqual({});
  });
});

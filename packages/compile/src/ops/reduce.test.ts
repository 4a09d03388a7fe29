import { describe, expect, it } from 'vitest';
import { differingCases } from '../testing/differential.ts';
import { reduceCases } from '../testing/reduce-cases.ts';

describe('reductions, compiled, equal the cpu backend with their gradients', () => {
  it.each(Object.entries(reduceCases))('%s', async (_name, cases) => {
    expect(await differingCases(cases)).toEqual({});
  });
});

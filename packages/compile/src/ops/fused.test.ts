import { describe, expect, it } from 'vitest';
import { differingCases } from '../testing/differential.ts';
import { tensorCases } from '../testing/tensor-cases.ts';

describe("@mdpd/tensor's functions, compiled, equal the cpu backend with their gradients", () => {
  it.each(Object.entries(tensorCases))('%s', async (_name, cases) => {
    expect(await differingCases(cases)).toEqual({});
  });
});

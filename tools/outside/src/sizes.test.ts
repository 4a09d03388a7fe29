/** No package grows, or brings another, unnoticed: sizes and heavy packages are held against budget.json. */
import { readFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { sizesOf, sizeTable } from './sizes.ts';

/** Of a package: kilobytes of its tarball, megabytes of its installation, and what heavy packages it may bring. */
interface Budget {
  readonly tarballKilobytes: number;
  readonly installedMegabytes: number;
  readonly heavy: readonly string[];
}

const budgets = JSON.parse(readFileSync(new URL('../budget.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Budget>
>;
const sizes = sizesOf(inject('packed'));
const heavy = ['sharp', 'onnxruntime-node'];

it('has a budget for every package', () => {
  process.stdout.write(`${sizeTable(sizes)}\n`);
  expect(sizes.map(({ name }) => name).sort()).toEqual(Object.keys(budgets).sort());
});

describe.each(sizes)('$name', ({ name, packed, installed, closure }) => {
  const budget = budgets[name]!;

  it('has a tarball within its budget, which is no more than twice of what it needs', () => {
    expect(packed / 1e3).toBeLessThanOrEqual(budget.tarballKilobytes);
    expect(packed / 1e3).toBeGreaterThan(budget.tarballKilobytes / 2);
  });

  // Native libraries of other platforms have other sizes.
  it.skipIf(process.platform !== 'linux')('is installed within its budget', () => {
    expect(installed / 1e6).toBeLessThanOrEqual(budget.installedMegabytes);
    expect(installed / 1e6).toBeGreaterThan(budget.installedMegabytes / 2);
  });

  it('brings the heavy packages that it needs, and no other', () => {
    expect(heavy.filter((each) => closure.includes(each))).toEqual(budget.heavy);
  });
});

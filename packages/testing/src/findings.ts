/** Tests of checks: each must catch something that is broken on purpose. */
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Check } from './check.ts';

export interface Finding<Subject> {
  /** Part of the name of the check that must fail. */
  readonly check: string;
  /** Part of what it says. */
  readonly says: string;
  readonly subject: Subject;
}

/** The message with which `run` fails, or undefined. */
async function failureOf(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One test for every finding, by what is broken, and one that no check goes without. */
export function describeFindings<Subject>(
  title: string,
  checks: readonly Check<Subject>[],
  findings: Readonly<Record<string, Finding<Subject>>>,
): void {
  const checkOf = (start: string): Check<Subject> | undefined =>
    checks.find(({ name }) => name.includes(start));
  describe(`${title} find`, () => {
    beforeAll(() => useBackend('cpu'));

    it.each(Object.entries(findings))('%s', async (_name, { check, says, subject }) => {
      expect((await failureOf(() => checkOf(check)!.run(subject))) ?? 'nothing').toContain(says);
    });

    it('something with every check', () => {
      const used = new Set(Object.values(findings).map(({ check }) => checkOf(check)));
      expect(checks.filter((check) => !used.has(check)).map(({ name }) => name)).toEqual([]);
    });
  });
}

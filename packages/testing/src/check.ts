/** Conformance checks: named functions that throw where a plugin breaks its contract, and their tests. */
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, it } from 'vitest';

export interface Check<Subject> {
  /** What holds, as a sentence without its end. */
  readonly name: string;
  /** Throws CheckFailed with what is wrong. */
  run(subject: Subject): void | Promise<void>;
}

export class CheckFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckFailed';
  }
}

export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new CheckFailed(message);
}

/** One test for every check. The subject is made once. */
export function describeChecks<Subject>(
  title: string,
  checks: readonly Check<Subject>[],
  make: () => Subject | Promise<Subject>,
): void {
  describe(title, () => {
    let subject: Subject;
    beforeAll(async () => {
      await useBackend('wasm');
      subject = await make();
    });
    it.each(checks.map((check) => [check.name, check] as const))('%s', async (_name, check) => {
      await check.run(subject);
    });
  });
}

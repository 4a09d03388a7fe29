/** What `mdpd verify` finds: one line a check, and what to do about one that fails. */
import { MdpdError } from '@mdpd/core';
import { internalError } from './internal-error.ts';

export type CheckStatus = 'ok' | 'FAILED' | 'left out';

export interface Check {
  /** `files`, `recipe`, `config`, `weights`, `numbers`, `card` or `metric`. */
  readonly name: string;
  readonly status: CheckStatus;
  readonly message: string;
  /** Of one that failed: stable, listed in docs/errors.md. */
  readonly code?: string;
  /** File, tensor, or line of a recipe. */
  readonly place?: string;
  readonly fix?: string;
}

/** Problems of one check that are listed; more are counted. */
const mostListed = 10;

export function ok(name: string, message: string): Check {
  return { name, status: 'ok', message };
}

export function leftOut(name: string, message: string): Check {
  return { name, status: 'left out', message };
}

/** What is wrong, before it is known which check it belongs to. */
export function problem(code: string, message: string, fix?: string, place?: string): MdpdError {
  return new MdpdError(code, message, { fix, place });
}

/** The problems of one check, each a line; where there is none, that it is fine. */
export function checkOf(name: string, problems: readonly MdpdError[], fine: string): Check[] {
  if (problems.length === 0) return [ok(name, fine)];
  const listed = problems.slice(0, mostListed).map((each) => failedCheck(name, each));
  const more = problems.length - mostListed;
  if (more <= 0) return listed;
  const { code } = problems.at(-1)!;
  return [...listed, { name, status: 'FAILED', message: `and ${more} more`, code }];
}

/** What was thrown as a check that failed. Anything but an MdpdError is a bug, and says so. */
export function failedCheck(name: string, thrown: unknown): Check {
  const { code, message, place, fix } = internalError(thrown);
  return { name, status: 'FAILED', message, code, place, fix };
}

/** Runs a check; what it throws makes it one that failed. */
export async function guarded(name: string, run: () => Promise<Check[]> | Check[]): Promise<Check[]> {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof MdpdError && thrown.code === 'INTERRUPTED') throw thrown;
    return [failedCheck(name, thrown)];
  }
}

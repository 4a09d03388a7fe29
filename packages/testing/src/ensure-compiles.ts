/** Whether a function can be compiled: recorded as one graph, without reading values. */
import { trace } from '@mdpd/compile/trace';
import { MdpdError } from '@mdpd/core';
import { CheckFailed } from './check.ts';

/** Records `fn` for arguments of these shapes. Throws CheckFailed with what the compiler says against it. */
export function ensureCompiles<const Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
  args: Args,
  what: string,
): void {
  try {
    trace(fn, args);
  } catch (error) {
    if (!(error instanceof MdpdError)) throw error;
    throw new CheckFailed(`${what} cannot be compiled: ${error.message}`);
  }
}

/** Stopping on request, between steps. */
import { MdpdError } from '@mdpd/core';

/** Throws INTERRUPTED once `signal` was aborted. */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new MdpdError('INTERRUPTED', 'stopped on request', {
    fix: 'run the same command again with another --out',
  });
}

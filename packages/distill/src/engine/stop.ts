/** Stopping on request, between steps. */
import { setImmediate } from 'node:timers/promises';
import { MdpdError } from '@mdpd/core';

/**
 * Lets signals, timers and output have their turn, then throws INTERRUPTED if `signal` was aborted. An eager executor
 * answers at once, so that a loop of steps would otherwise never reach the event loop.
 */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  throwIfStopped(signal);
}

/** Throws INTERRUPTED once `signal` was aborted. */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new MdpdError('INTERRUPTED', 'stopped on request', {
    fix: 'run the same command again',
  });
}

/**
 * Stopping on Ctrl-C, a termination signal or a closed terminal: once to stop after the step, twice to stop at once.
 * Before the first step there is nothing to lose, and what takes long is not waited for.
 */

import { MdpdError } from '@mdpd/core/errors';

/** How long work may go on after the signal, in milliseconds. */
const patience = { preparing: 1500, training: 600_000 } as const;

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof exitCodes;

export interface Stopper {
  readonly signal: AbortSignal;
  /** 129, 130 or 143 once a signal came, as shells expect. */
  exitCode(): number | undefined;
  /** From now on the step is waited for, and its state is kept. */
  waitForStep(): void;
  /** Gives the signals back to Node. */
  release(): void;
}

/** `say` is told once that the run will stop. */
export function listenForStop(say: (message: string) => void): Stopper {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  let timer: NodeJS.Timeout | undefined;
  let training = false;
  const release = (): void => {
    clearTimeout(timer);
    for (const name of names) process.off(name, handle);
  };
  // As the signal would have ended us: shells report 130 or 143. `process.exit` waits for threads that compute.
  const end = (name: StopSignal): void => {
    release();
    process.kill(process.pid, name);
  };
  const handle = (name: StopSignal): void => {
    if (received !== undefined) return end(name);
    received = name;
    timer = setTimeout(() => end(name), training ? patience.training : patience.preparing);
    say(
      training
        ? 'stopping after this step; once more to stop at once'
        : 'stopping; once more to stop at once',
    );
    controller.abort();
  };
  const names = Object.keys(exitCodes) as StopSignal[];
  for (const name of names) process.on(name, handle);
  return {
    signal: controller.signal,
    waitForStep: () => {
      training = true;
    },
    exitCode: () => (received === undefined ? undefined : exitCodes[received]),
    release,
  };
}

/** Runs work that can be stopped: its exit code, or that of the signal that stopped it. */
export async function stoppable(
  say: (message: string) => void,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stopper = listenForStop(say);
  try {
    return await work(stopper.signal);
  } catch (thrown) {
    if (thrown instanceof MdpdError && thrown.code === 'INTERRUPTED') return stopper.exitCode() ?? 1;
    throw thrown;
  } finally {
    stopper.release();
  }
}

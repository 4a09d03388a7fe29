/**
 * Stopping on Ctrl-C or a termination signal: once to stop after the step, twice to stop at once. A step that takes long
 * is not waited for: a large model's may take a minute.
 */

/** How long a step may go on after the signal, in milliseconds. */
const patience = 1500;

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof exitCodes;

export interface Stopper {
  readonly signal: AbortSignal;
  /** 130 or 143 once a signal came, as shells expect. */
  exitCode(): number | undefined;
  /** Gives the signals back to Node. */
  release(): void;
}

/** `say` is told once that the run will stop. */
export function listenForStop(say: (message: string) => void): Stopper {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  let timer: NodeJS.Timeout | undefined;
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
    timer = setTimeout(() => end(name), patience);
    say('stopping after this step; once more to stop at once');
    controller.abort();
  };
  const names = Object.keys(exitCodes) as StopSignal[];
  for (const name of names) process.on(name, handle);
  return {
    signal: controller.signal,
    exitCode: () => (received === undefined ? undefined : exitCodes[received]),
    release,
  };
}

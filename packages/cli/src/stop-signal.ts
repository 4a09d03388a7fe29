/** Stopping on Ctrl-C or a termination signal: once to stop after the step, twice to stop at once. */

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
  const handle = (name: StopSignal): void => {
    if (received !== undefined) process.exit(exitCodes[name]);
    received = name;
    say('stopping after this step; once more to stop at once');
    controller.abort();
  };
  const names = Object.keys(exitCodes) as StopSignal[];
  for (const name of names) process.on(name, handle);
  return {
    signal: controller.signal,
    exitCode: () => (received === undefined ? undefined : exitCodes[received]),
    release: () => {
      for (const name of names) process.off(name, handle);
    },
  };
}

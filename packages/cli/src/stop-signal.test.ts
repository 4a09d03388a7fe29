import { afterEach, expect, it, vi } from 'vitest';
import { listenForStop, type Stopper } from './stop-signal.ts';

let stopper: Stopper;
const said: string[] = [];
const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
afterEach(() => {
  stopper.release();
  said.length = 0;
  kill.mockClear();
  vi.useRealTimers();
});

const listen = (): Stopper => (stopper = listenForStop((message) => said.push(message)));

it.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('on %s asks for a stop once, with the exit code that shells expect', (signal, code) => {
  listen();
  expect([stopper.signal.aborted, stopper.exitCode()]).toEqual([false, undefined]);
  process.emit(signal, signal);
  expect([stopper.signal.aborted, stopper.exitCode()]).toEqual([true, code]);
  expect(said).toEqual(['stopping; once more to stop at once']);
  expect(kill).not.toHaveBeenCalled();
  process.emit(signal, signal);
  expect(kill).toHaveBeenCalledWith(process.pid, signal);
});

it('does not wait long before the first step, but waits for a step', () => {
  vi.useFakeTimers();
  listen();
  process.emit('SIGINT', 'SIGINT');
  vi.advanceTimersByTime(2000);
  expect(kill).toHaveBeenCalledTimes(1);
  stopper.release();
  kill.mockClear();

  listen().waitForStep();
  process.emit('SIGINT', 'SIGINT');
  expect(said.at(-1)).toBe('stopping after this step; once more to stop at once');
  vi.advanceTimersByTime(120_000);
  expect(kill).not.toHaveBeenCalled();
});

/** Where in somebody's code something was asked for. */

const internals = ['@tensorflow', '/packages/compile/', '@mdpd/compile', 'node:'];

/** File and line of the nearest caller outside of tfjs and this package, if there is one. */
export function callSite(): string | undefined {
  const holder: { stack?: string } = {};
  deepStacks(() => Error.captureStackTrace(holder, callSite));
  return placeIn(holder.stack);
}

/** The same for where an error was thrown, as far as its stack goes. */
export function placeIn(stack: string | undefined): string | undefined {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s*at .*:\d+:\d+\)?$/u.test(line));
  const outside = frames.find(
    (frame) => frame.includes('.test.') || !internals.some((internal) => frame.includes(internal)),
  );
  return outside?.replace(/^\s*at (?:.* \()?(?:file:\/\/)?/u, '').replace(/\)$/u, '');
}

/** Runs `fn`, in which stacks of errors reach through tfjs's own frames. */
export function deepStacks<T>(fn: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  try {
    return fn();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Where in somebody's code something was asked for. */

const internals = ['@tensorflow', '/packages/compile/', '@mdpd/compile', 'node:'];

/** File and line of the nearest caller outside of tfjs and this package, if there is one. */
export function callSite(): string | undefined {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  Error.captureStackTrace(holder, callSite);
  Error.stackTraceLimit = limit;
  const frames = (holder.stack ?? '').split('\n').slice(1);
  const outside = frames.find(
    (frame) => frame.includes('.test.') || !internals.some((internal) => frame.includes(internal)),
  );
  return outside?.replace(/^\s*at (?:.* \()?(?:file:\/\/)?/u, '').replace(/\)$/u, '');
}

/** Reporters that may fail without ending the run. */
import { messageOf } from './errors.ts';
import type { Reporter } from './reporter.ts';

/**
 * A reporter that never throws: after its first error, in `create` or later, it is told nothing more but to close.
 *
 * @param label - who it is in the warning: `LABEL is left out: …`
 */
export function guardReporter(
  label: string,
  create: () => Reporter,
  warn: (message: string) => void,
): Reporter {
  let broken = false;
  const fail = (thrown: unknown): void => {
    if (!broken) warn(`${label} is left out: ${messageOf(thrown)}`);
    broken = true;
  };
  const attempt = (action: () => void): void => {
    if (broken) return;
    try {
      action();
    } catch (thrown) {
      fail(thrown);
    }
  };
  let reporter: Reporter = { name: label };
  attempt(() => (reporter = create()));
  return {
    name: reporter.name,
    record: (record) => attempt(() => reporter.record?.(record)),
    progress: (record) => attempt(() => reporter.progress?.(record)),
    close: async () => {
      try {
        await reporter.close?.();
      } catch (thrown) {
        fail(thrown);
      }
    },
  };
}

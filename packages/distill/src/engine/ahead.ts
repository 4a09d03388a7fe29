/** Work that is started before its result is needed. */

/**
 * `work` itself, which may fail before anybody waits for it: without this, Node would end the process then. Who waits
 * for it gets the error.
 */
export function ahead<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}

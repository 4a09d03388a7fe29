/** Events for any number of readers, each at its own pace. */

interface Link<T> {
  readonly value: T;
  readonly next: Tail<T>;
}

/** The end of the chain so far; resolves to nothing where no event comes any more. */
class Tail<T> {
  readonly link: Promise<Link<T> | undefined>;
  resolve!: (link: Link<T> | undefined) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.link = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Readers are told; where there is none, it is no matter.
    this.link.catch(() => undefined);
  }
}

/** A reader gets the events from the moment on at which it was made; what all have read is not kept. */
export class EventStream<T> implements AsyncIterable<T> {
  private tail = new Tail<T>();

  push(value: T): void {
    const next = new Tail<T>();
    this.tail.resolve({ value, next });
    this.tail = next;
  }

  end(): void {
    this.tail.resolve(undefined);
  }

  /** Readers throw `error` after the events that came before it. */
  fail(error: unknown): void {
    this.tail.reject(error);
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return read(this.tail);
  }
}

async function* read<T>(from: Tail<T>): AsyncGenerator<T, undefined> {
  let link = await from.link;
  while (link) {
    yield link.value;
    link = await link.next.link;
  }
  return undefined;
}

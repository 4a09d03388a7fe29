/** Reads bodies of requests: no larger than is allowed, and not too many at once. */
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** Bytes of all bodies that may be held at once: five images of the largest size. */
const mostBytesAtOnce = 100_000_000;

/** Counts what is held, so that many large bodies at once cannot use up the memory. */
export class BodyReader {
  private held = 0;
  private readonly most: number;

  constructor(most = mostBytesAtOnce) {
    this.most = most;
  }

  /**
   * The whole body. It counts as held until `use` is done with it.
   *
   * @param limit - most bytes
   * @throws SERVE_TOO_LARGE, SERVE_BUSY, SERVE_TYPE where it is compressed, SERVE_INPUT where it breaks off
   */
  async read<T>(request: IncomingMessage, limit: number, use: (body: Uint8Array) => Promise<T>): Promise<T> {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new Refusal(415, 'SERVE_TYPE', 'the body is compressed', { allowed: 'no content-encoding' });
    }
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
    const parts: Uint8Array[] = [];
    let bytes = 0;
    try {
      // What is refused midway is still answered.
      for await (const each of request.iterator({ destroyOnReturn: false })) {
        const part = each as Uint8Array;
        this.held += part.length;
        bytes += part.length;
        if (bytes > limit) throw tooLarge(limit);
        if (this.held > this.most) throw busy();
        parts.push(part);
      }
      return await use(Buffer.concat(parts));
    } catch (thrown) {
      if (request.destroyed && !request.complete) {
        throw new Refusal(400, 'SERVE_INPUT', 'the body breaks off', { cause: thrown });
      }
      throw thrown;
    } finally {
      this.held -= bytes;
    }
  }
}

// What was not read cannot be told from the next request: the connection ends.
const ending = { connection: 'close' };

function tooLarge(limit: number): Refusal {
  return new Refusal(413, 'SERVE_TOO_LARGE', 'the body is too large', {
    allowed: `${limit} bytes`,
    headers: ending,
  });
}

function busy(): Refusal {
  return new Refusal(503, 'SERVE_BUSY', 'too much is being sent at once', {
    fix: 'try again in a second',
    headers: { ...ending, 'retry-after': '1' },
  });
}

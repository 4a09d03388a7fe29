/** One piece of work at a time: a model takes all threads. Few may wait, and not for ever. */
import { Refusal } from './refusal.ts';

/** How many may wait, and how long. */
export interface QueueLimits {
  /** Most pieces of work that are running or waiting. */
  readonly most: number;
  /** Most milliseconds from asking to the answer. */
  readonly milliseconds: number;
}

/** Runs work in the order in which it comes. */
export class ModelQueue {
  private readonly limits: QueueLimits;
  private last: Promise<unknown> = Promise.resolve();
  private count = 0;

  constructor(limits: QueueLimits) {
    this.limits = limits;
  }

  /**
   * What `work` gives. Work whose turn has not come when its time is over, or when nobody waits for it any more, is left
   * out.
   *
   * @param signal - says that nobody waits any more
   * @throws SERVE_BUSY where too many wait, SERVE_TIMEOUT
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { most, milliseconds } = this.limits;
    if (this.count >= most) {
      throw new Refusal(503, 'SERVE_BUSY', 'the model is busy, and enough others wait', {
        fix: 'try again in a second',
        headers: { 'retry-after': '1' },
      });
    }
    this.count += 1;
    let late = false;
    const turn = this.last.then(() => {
      if (late) throw timeout(milliseconds);
      if (signal?.aborted) throw new Refusal(499, 'SERVE_TIMEOUT', 'nobody waits for the answer');
      return work();
    });
    this.last = turn.catch(() => undefined).then(() => (this.count -= 1));
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        late = true;
        reject(timeout(milliseconds));
      }, milliseconds);
      timer.unref();
      void turn.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** Resolves once nothing runs and nothing waits. */
  async idle(): Promise<void> {
    await this.last;
  }
}

function timeout(milliseconds: number): Refusal {
  return new Refusal(504, 'SERVE_TIMEOUT', `there was no answer within ${milliseconds / 1000} s`, {
    fix: 'try again, or train a smaller model',
  });
}

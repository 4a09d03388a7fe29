/** Leaves out steps whose loss is far above what it was: `train.spikeGuard`. */
import type { TrainSettings } from '@mdpd/core';

/** Losses of a phase that are remembered. */
const remembered = 64;
/** Losses of a phase before which nothing is a spike. */
const least = 8;

/** Of each phase the latest losses, oldest first. */
export type LossHistory = Readonly<Record<string, readonly number[]>>;

export class SpikeGuard {
  private readonly factor: number;
  private readonly losses = new Map<string, number[]>();

  /** @param history - of a run that goes on, what `history` gave */
  constructor(factor: number, history: LossHistory = {}) {
    this.factor = factor;
    for (const [phase, losses] of Object.entries(history)) this.losses.set(phase, [...losses]);
  }

  /** Undefined where the setting is `off`. */
  static of(
    { spikeGuard }: Pick<TrainSettings, 'spikeGuard'>,
    history?: LossHistory,
  ): SpikeGuard | undefined {
    return spikeGuard === 'off' ? undefined : new SpikeGuard(spikeGuard, history);
  }

  /**
   * Why a step is to be left out, for people; undefined: it is not. Phases have losses of their own. A spike counts among
   * the losses from then on: where the loss stays high, that is its new height after half as many steps as are
   * remembered. What is no number is no spike: it ends the training.
   */
  judge(phase: string, loss: number): string | undefined {
    if (!Number.isFinite(loss)) return undefined;
    const known = this.losses.get(phase) ?? [];
    const median = known.length < least ? undefined : medianOf(known);
    this.losses.set(phase, [...known, loss].slice(-remembered));
    if (median === undefined || !(loss > this.factor * median)) return undefined;
    const times = (loss / median).toPrecision(3);
    return `loss ${loss.toPrecision(4)} is ${times} times the median ${median.toPrecision(4)}, and train.spikeGuard=${this.factor}`;
  }

  history(): LossHistory {
    return Object.fromEntries([...this.losses].map(([phase, losses]) => [phase, [...losses]]));
  }
}

/** Losses may be negative where a task says so: then a multiple of the median is no height, and nothing is a spike. */
function medianOf(losses: readonly number[]): number | undefined {
  const sorted = [...losses].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return median > 0 ? median : undefined;
}

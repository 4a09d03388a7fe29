/** The curve of the loss in a few letters. */

const blocks = [...'▁▂▃▄▅▆▇█'];
const ascii = [...'_.-~=+*#'];

/** The losses of a run are kept as at most this many means. */
const mostBins = 48;

interface Bin {
  sum: number;
  count: number;
}

/** All losses so far, in bounded memory: means of 1, 2, 4, … steps, which smooth them too. */
export class LossCurve {
  private bins: Bin[] = [];
  /** Losses of a whole bin. */
  private width = 1;

  add(loss: number): void {
    if (!Number.isFinite(loss)) return;
    const last = this.bins.at(-1);
    if (last && last.count < this.width) {
      last.sum += loss;
      last.count++;
      return;
    }
    if (this.bins.length === mostBins) this.halve();
    this.bins.push({ sum: loss, count: 1 });
  }

  clear(): void {
    [this.bins, this.width] = [[], 1];
  }

  /** At most `columns` letters, from the first loss to the last; the lowest and highest of them reach bottom and top. */
  line(columns: number, unicode: boolean): string {
    const means = this.means(columns);
    const low = Math.min(...means);
    const range = Math.max(...means) - low;
    const letters = unicode ? blocks : ascii;
    return means
      .map((mean) => letters[range > 0 ? Math.round(((mean - low) / range) * (letters.length - 1)) : 0]!)
      .join('');
  }

  private halve(): void {
    this.bins = Array.from({ length: mostBins / 2 }, (_, at) => joined(this.bins.slice(2 * at, 2 * at + 2)));
    this.width *= 2;
  }

  private means(columns: number): number[] {
    const { length } = this.bins;
    const count = Math.min(columns, length);
    return Array.from({ length: count }, (_, at) => {
      const part = this.bins.slice(
        Math.floor((at * length) / count),
        Math.floor(((at + 1) * length) / count),
      );
      const { sum, count: losses } = joined(part);
      return sum / losses;
    });
  }
}

function joined(bins: readonly Bin[]): Bin {
  return bins.reduce((a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }));
}

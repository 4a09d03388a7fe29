/** Metrics of classes from one table of counts, as scikit-learn defines them. C classes. */

/** How often examples of a class were taken for another. A prediction of -1 is none of the classes. */
export class Confusion {
  readonly classes: number;
  /** [C, C + 1]: label, prediction; the last column is no class at all. */
  private readonly counts: Float64Array;

  constructor(classes: number) {
    this.classes = classes;
    this.counts = new Float64Array(classes * (classes + 1));
  }

  add(label: number, prediction: number): void {
    this.counts[label * (this.classes + 1) + (prediction < 0 ? this.classes : prediction)]!++;
  }

  count(label: number, prediction: number): number {
    return this.counts[label * (this.classes + 1) + prediction]!;
  }

  /** Examples by label, [C]. */
  actual(): number[] {
    return Array.from({ length: this.classes }, (_, label) => sum(this.row(label)));
  }

  /** Examples by prediction, [C + 1]. */
  predicted(): number[] {
    return Array.from({ length: this.classes + 1 }, (_, prediction) =>
      sum(Array.from({ length: this.classes }, (_, label) => this.count(label, prediction))),
    );
  }

  right(): number {
    return sum(Array.from({ length: this.classes }, (_, label) => this.count(label, label)));
  }

  total(): number {
    return sum(this.counts);
  }

  private row(label: number): Float64Array {
    const width = this.classes + 1;
    return this.counts.subarray(label * width, (label + 1) * width);
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Share of right predictions; 0 of nothing. */
export function accuracy(confusion: Confusion): number {
  const total = confusion.total();
  return total === 0 ? 0 : confusion.right() / total;
}

/** F1 of one class; 0 where it occurs neither among labels nor among predictions. */
export function f1(confusion: Confusion, positive: number): number {
  const both = confusion.actual()[positive]! + confusion.predicted()[positive]!;
  return both === 0 ? 0 : (2 * confusion.count(positive, positive)) / both;
}

/** Mean F1 of the classes that occur among labels or predictions; 0 of nothing. */
export function macroF1(confusion: Confusion): number {
  const [actual, predicted] = [confusion.actual(), confusion.predicted()];
  const present = [...actual.keys()].filter((label) => actual[label]! + predicted[label]! > 0);
  return present.length === 0 ? 0 : sum(present.map((label) => f1(confusion, label))) / present.length;
}

/**
 * Matthews' correlation coefficient, for more than two classes as Gorodkin (2004) extends it; 0 where all labels or
 * all predictions are of one class.
 */
export function matthewsCorrelation(confusion: Confusion): number {
  const [actual, predicted] = [confusion.actual(), confusion.predicted()];
  const total = confusion.total();
  const product = (a: readonly number[], b: readonly number[]): number =>
    sum(a.map((each, i) => each * b[i]!));
  const covariance = confusion.right() * total - product(actual, predicted);
  const spread = (total ** 2 - product(actual, actual)) * (total ** 2 - product(predicted, predicted));
  return spread === 0 ? 0 : covariance / Math.sqrt(spread);
}

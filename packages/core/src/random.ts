/** The random numbers that contracts hand around; the generator itself lives in `@mdpd/tensor`. */
export interface RandomSource {
  /** Uniform in [0, 1). */
  next(): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
  /** An integer in [0, bound). */
  integer(bound: number): number;
  /** A generator of its own for `label`: draws from it do not disturb this one. */
  fork(label: string): RandomSource;
}

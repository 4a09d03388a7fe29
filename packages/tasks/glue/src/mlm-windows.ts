/** Texts of any length as examples of at most so many tokens: nothing is thrown away, as it would be by cutting. */

/**
 * Where the windows of a text of `length` tokens begin and end: as few as hold it, and as even as they can be, so that
 * the last is not a scrap.
 */
export function windowsOf(length: number, most: number): readonly (readonly [start: number, end: number])[] {
  const count = Math.ceil(length / most);
  return Array.from({ length: count }, (_, index) => [
    Math.floor((index * length) / count),
    Math.floor(((index + 1) * length) / count),
  ]);
}

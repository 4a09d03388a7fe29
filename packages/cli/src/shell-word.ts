/** Words of commands that are shown to be typed. */

/** A word as the shell reads it: what it would read in another way is quoted. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

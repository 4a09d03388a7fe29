/** Texts by number, each kept once. */
export class Distinct {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  get size(): number {
    return this.texts.length;
  }

  number(text: string): number {
    let found = this.numbers.get(text);
    if (found === undefined) {
      found = this.texts.push(text) - 1;
      this.numbers.set(text, found);
    }
    return found;
  }

  text(number: number): string {
    return this.texts[number]!;
  }

  /** In the order of their numbers. */
  all(): readonly string[] {
    return this.texts;
  }
}

/** Lets work on images run side by side while they are small, and one after the other while they are huge. */
export class PixelGate {
  private readonly most: number;
  private free: number;
  private readonly waiting: { readonly pixels: number; readonly enter: () => void }[] = [];

  /** `most`: pixels that are worked on at the same time. */
  constructor(most: number) {
    this.most = most;
    this.free = most;
  }

  /** Starts the work in the order of the calls; an image of more pixels than there may be waits for all others. */
  async run<T>(pixels: number, work: () => Promise<T>): Promise<T> {
    const taken = Math.min(pixels, this.most);
    if (this.waiting.length > 0 || taken > this.free)
      await new Promise<void>((enter) => this.waiting.push({ pixels: taken, enter }));
    else this.free -= taken;
    try {
      return await work();
    } finally {
      this.free += taken;
      this.admit();
    }
  }

  private admit(): void {
    for (let next = this.waiting[0]; next && next.pixels <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.pixels;
      next.enter();
    }
  }
}

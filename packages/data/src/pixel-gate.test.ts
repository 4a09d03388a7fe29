import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PixelGate } from './pixel-gate.ts';

const most = 100;

it('never has more pixels at work than it may, but for a single image, and starts in order', async () => {
  const image = fc.record({
    pixels: fc.integer({ min: 1, max: 150 }),
    turns: fc.integer({ min: 0, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(image, { maxLength: 20 }), async (images) => {
      const gate = new PixelGate(most);
      const working = new Set<number>();
      const started: number[] = [];
      const work = async (index: number): Promise<number> => {
        started.push(index);
        working.add(index);
        const pixels = [...working].reduce((sum, each) => sum + images[each]!.pixels, 0);
        expect(pixels <= most || working.size === 1).toBe(true);
        for (let left = images[index]!.turns; left > 0; left--) await turn();
        working.delete(index);
        return index;
      };
      const done = await Promise.all(images.map(({ pixels }, index) => gate.run(pixels, () => work(index))));
      expect(done).toEqual([...images.keys()]);
      expect(started).toEqual([...images.keys()]);
    }),
    { numRuns: 50 },
  );
});

it('lets small ones run side by side, and goes on after one that fails', async () => {
  const gate = new PixelGate(most);
  let together = 0;
  let largest = 0;
  const work = async (): Promise<void> => {
    largest = Math.max(largest, ++together);
    await turn();
    together--;
  };
  const failing = gate.run(1000, () => Promise.reject(new Error('damaged')));
  await Promise.all([
    expect(failing).rejects.toThrow('damaged'),
    ...[30, 30, 30, 30].map((pixels) => gate.run(pixels, work)),
  ]);
  expect(largest).toBe(3);
});

/** examples.json of a run that has never been: digits drawn by a function, a matrix, every kind. */
import { exampleKinds, type ShownExamples } from '../shown-examples.ts';
import { randomOf } from './example-view.ts';
import { pngSource } from './png.ts';

/** Ten digits; images of 28 × 28. */
export function exampleExamples(seed = 0): ShownExamples {
  const random = randomOf(seed + 99);
  const labels = Array.from({ length: 10 }, (_, i) => String(i));
  const matrix = (): number[][] =>
    labels.map((_, row) =>
      labels.map((__, column) =>
        row === column ? 950 + Math.floor(40 * random()) : Math.floor(random() ** 4 * 24),
      ),
    );
  return {
    split: 'test',
    examples: 10_000,
    counts: { right: 9583, wrong: 193, mended: 112, broken: 112 },
    confusion: { labels, hiddenLabels: 0, faded: matrix(), side: matrix() },
    shown: Array.from({ length: 32 }, (_, i) => {
      const kind = exampleKinds[i % 4]!;
      const expected = i % 10;
      const other = (expected + 1 + Math.floor(8 * random())) % 10;
      const [fadedRight, sideRight] = [
        kind === 'right' || kind === 'mended',
        kind === 'right' || kind === 'broken',
      ];
      return {
        kind,
        index: i * 37,
        expected: String(expected),
        image: { source: ring(expected), width: 28, height: 28 },
        faded: { value: String(fadedRight ? expected : other), probability: 0.5 + random() / 2 },
        side: { value: String(sideRight ? expected : other), probability: 0.5 + random() / 2 },
      };
    }),
  };
}

function ring(digit: number): string {
  return pngSource(28, 28, (x, y) => {
    const [dx, dy] = [x - 14 + (digit % 3) - 1, (y - 14) * (1 + (digit % 4) / 5)];
    const away = Math.abs(Math.hypot(dx, dy) - 5 - (digit % 5));
    const value = Math.max(0, Math.round(255 - 90 * away));
    return [value, value, value];
  });
}

/** Questions about scenes, and boxes in them. */
export function exampleScenes(): ShownExamples {
  const scene = pngSource(120, 90, (x, y) => [
    60 + x,
    120 + y,
    x > 40 && x < 80 && y > 30 && y < 60 ? 40 : 200,
  ]);
  const image = { source: scene, width: 640, height: 480 };
  return {
    split: 'testA',
    examples: 640,
    counts: { right: 500, wrong: 140 },
    shown: exampleKinds.map((kind, i) => ({
      kind,
      index: i,
      image,
      texts: ['the blue square left of the large circle'],
      expected: '100, 160, 220 × 170',
      expectedBox: [210, 160, 220, 160],
      faded: { value: 'overlap 78 %', box: [200 + 20 * i, 150, 230, 180] },
      side: { value: 'overlap 60 %', box: [260, 180, 200, 160] },
    })),
  };
}

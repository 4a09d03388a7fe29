/** Geometric shapes, filled and outlined, of random size, place, turn and proportion. */
import { generatedSource } from './generated-source.ts';
import { between, centre, coverage, paint } from './raster.ts';

const kinds = ['ellipse', 'star', 'triangle', 'square', 'hexagon'] as const;
const corners = { triangle: 3, square: 4, hexagon: 6 } as const;

/** Distance from the centre to the edge in direction `angle`, for a shape of radius 1. */
function edge(kind: (typeof kinds)[number], angle: number): number {
  if (kind === 'ellipse') return 1;
  const turn = (count: number): number => {
    const sector = (2 * Math.PI) / count;
    return (((angle % sector) + sector) % sector) / sector;
  };
  if (kind === 'star') return 0.4 + 0.6 * Math.abs(turn(5) * 2 - 1);
  const half = Math.PI / corners[kind];
  return Math.cos(half) / Math.cos(turn(corners[kind]) * 2 * half - half);
}

export const shapes = generatedSource({
  name: 'shapes',
  description: 'geometric shapes, filled and outlined',
  labels: kinds.flatMap((kind) => [`${kind}-filled`, `${kind}-outlined`]),
  draw: (label, random) => {
    const kind = kinds[label >> 1]!;
    const outlined = label % 2 === 1;
    const [x0, y0] = [centre + between(random, -2, 2), centre + between(random, -2, 2)];
    const radius = between(random, 6, 12);
    const turn = between(random, 0, 2 * Math.PI);
    const squeeze = between(random, 0.7, 1.2);
    const pen = between(random, 0.8, 1.8);
    const ink = between(random, 0.5, 1);
    return paint((x, y) => {
      const [dx, dy] = [(x - x0) * squeeze, y - y0];
      const inside = radius * edge(kind, Math.atan2(dy, dx) + turn) - Math.hypot(dx, dy);
      return ink * coverage(outlined ? pen - Math.abs(inside) : inside);
    });
  },
});

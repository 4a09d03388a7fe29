/**
 * Geometric shapes, filled and outlined, of random size, place, turn and proportion. Rings and ellipses are left out:
 * their outlines would be zeros.
 */
import { generatedSource } from './generated-source.ts';
import { between, centre, coverage, paint } from './raster.ts';

const kinds = ['cross', 'star', 'triangle', 'square', 'hexagon'] as const;
type Kind = (typeof kinds)[number];

/** How far inside the edge (negative: outside) a point relative to the shape's centre lies. */
type Inside = (x: number, y: number) => number;

const corners = { triangle: 3, square: 4, hexagon: 6 } as const;

function polygon(count: number, radius: number, turn: number): Inside {
  const apothem = radius * Math.cos(Math.PI / count);
  const angles = Array.from({ length: count }, (_, side) => turn + (2 * Math.PI * side) / count);
  const normals = angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
  return (x, y) => {
    let farthest = -Infinity;
    for (let i = 0; i < normals.length; i += 2)
      farthest = Math.max(farthest, x * normals[i]! + y * normals[i + 1]!);
    return apothem - farthest;
  };
}

/** Five points; the edge runs straight in (angle, radius), which gives them a slight curve. */
function star(radius: number, turn: number): Inside {
  const sector = (2 * Math.PI) / 5;
  return (x, y) => {
    const distance = Math.sqrt(x * x + y * y);
    // No point is farther out than the radius: far pixels need no angle.
    if (distance > radius + 3) return radius - distance;
    const angle = (Math.atan2(y, x) + turn + 4 * Math.PI) % sector;
    return radius * (0.4 + 0.6 * Math.abs((2 * angle) / sector - 1)) - distance;
  };
}

function cross(radius: number, turn: number): Inside {
  const arm = radius / 3;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return (x, y) => {
    const u = Math.abs(x * cos + y * sin);
    const v = Math.abs(y * cos - x * sin);
    return Math.max(Math.min(radius - u, arm - v), Math.min(arm - u, radius - v));
  };
}

function insideOf(kind: Kind, radius: number, turn: number): Inside {
  if (kind === 'cross') return cross(radius, turn);
  if (kind === 'star') return star(radius, turn);
  return polygon(corners[kind], radius, turn);
}

export const shapes = generatedSource({
  name: 'shapes',
  description: 'geometric shapes, filled and outlined',
  labels: kinds.flatMap((kind) => [`${kind}-filled`, `${kind}-outlined`]),
  draw: (label, random) => {
    const outlined = label % 2 === 1;
    const [x0, y0] = [centre + between(random, -2, 2), centre + between(random, -2, 2)];
    const inside = insideOf(kinds[label >> 1]!, between(random, 6, 12), between(random, 0, 2 * Math.PI));
    const squeeze = between(random, 0.7, 1.2);
    const pen = between(random, 0.8, 1.8);
    const ink = between(random, 0.5, 1);
    return paint((x, y) => {
      const depth = inside((x - x0) * squeeze, y - y0);
      return ink * coverage(outlined ? pen - Math.abs(depth) : depth);
    });
  },
});

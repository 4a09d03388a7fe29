import { describe, expect, it } from 'vitest';
import { coverage, enclosedArea, paint, side, stroke } from './raster.ts';

describe('stroke', () => {
  it('covers the area of the pen along its way', () => {
    // A bar of 10 pixels with round ends of radius 2.
    const points = Float32Array.from({ length: 202 }, (_, i) => (i % 2 === 0 ? 8 + (i / 2) * 0.1 : 13));
    const area = stroke(points, 2, 1).reduce((sum, value) => sum + value, 0);
    expect(Math.abs(area - (10 * 4 + Math.PI * 4))).toBeLessThan(0.8);
    expect(Math.max(...stroke(points, 2, 0.25))).toBe(0.25);
  });

  it('draws what lies inside of a way that leaves the image', () => {
    const image = stroke(Float32Array.of(-100, 5, 0, 0, side - 1, side + 50), 1, 1);
    expect(image[0]).toBe(1);
    expect(image.reduce((sum, value) => sum + value, 0)).toBeLessThan(4);
  });
});

describe('coverage', () => {
  it('is the share of a pixel that a straight edge leaves', () => {
    expect([-1, -0.5, -0.25, 0, 0.5, 3].map(coverage)).toEqual([0, 0, 0.25, 0.5, 1, 1]);
  });
});

describe('enclosedArea', () => {
  const ring = (gap: boolean) =>
    paint((x, y) => {
      const edge = Math.max(Math.abs(x - 14), Math.abs(y - 14)) === 5;
      return edge && !(gap && x === 14 && y < 14) ? 1 : 0;
    });

  it('counts what a closed line keeps from the border', () => {
    expect(enclosedArea(ring(false))).toBe(81);
    expect(enclosedArea(ring(true))).toBe(0);
    expect(enclosedArea(paint(() => 1))).toBe(0);
    expect(enclosedArea(paint(() => 0))).toBe(0);
  });
});

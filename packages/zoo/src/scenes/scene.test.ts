/** Scenes and their pictures: varied, without overlap, with boxes that fit what is drawn. */
import { createRandom } from '@mdpd/tensor/random';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { backgroundSvg } from './background.ts';
import { areaOf, polygonOf } from './outline.ts';
import { sceneJpeg, scenePixels } from './render.ts';
import { createScene, type Scene, type SceneObject } from './scene.ts';
import { colourNames, shapes, type Colour } from './words.ts';

const root = createRandom(7, 'scene test');
const scenesOf = (count: number): Scene[] =>
  Array.from({ length: count }, (_, index) => createScene(root.fork(String(index))));

/** What the names mean to people: sRGB. */
const meant: Readonly<Record<Colour, readonly [number, number, number]>> = {
  red: [212, 17, 17],
  orange: [255, 136, 11],
  yellow: [249, 226, 31],
  green: [25, 139, 44],
  blue: [17, 76, 212],
  purple: [134, 43, 171],
  black: [15, 15, 15],
  white: [250, 250, 250],
};

/** Pixels whose colour the object changes by more than half of the way from the background to its own. */
async function drawnPixels(
  scene: Scene,
  object: SceneObject,
): Promise<{ xs: number[]; ys: number[]; colour: number[] }> {
  const without = { ...scene, objects: scene.objects.filter((each) => each !== object) };
  const [all, rest] = [await scenePixels(scene), await scenePixels(without)];
  const away = (at: number): number => Math.hypot(...[0, 1, 2].map((c) => all[at + c]! - rest[at + c]!));
  const changes = Array.from({ length: scene.width * scene.height }, (_, pixel) => away(3 * pixel));
  const most = Math.max(...changes);
  const pixels = [...changes.keys()].filter((pixel) => changes[pixel]! > 0.5 * most);
  const strongest = changes.indexOf(most);
  return {
    xs: pixels.map((pixel) => pixel % scene.width),
    ys: pixels.map((pixel) => Math.floor(pixel / scene.width)),
    colour: [0, 1, 2].map((c) => all[3 * strongest + c]!),
  };
}

describe('scenes', () => {
  it('have two to six objects inside the canvas that do not touch', () => {
    for (const { width, height, objects } of scenesOf(500)) {
      expect(objects.length).toBeGreaterThanOrEqual(2);
      expect(objects.length).toBeLessThanOrEqual(6);
      for (const [index, { x, y, radius, box }] of objects.entries()) {
        expect(Math.min(x - radius, y - radius, width - x - radius, height - y - radius)).toBeGreaterThan(0);
        expect(Math.min(box[0], box[1], width - box[0] - box[2], height - box[1] - box[3])).toBeGreaterThan(
          0,
        );
        for (const other of objects.slice(index + 1)) {
          expect(Math.hypot(x - other.x, y - other.y)).toBeGreaterThan(radius + other.radius);
        }
      }
    }
  });

  it('are varied: sizes, numbers, shapes, colours and backgrounds all occur about equally often', () => {
    const scenes = scenesOf(2000);
    const shares = (values: readonly (string | number)[]): Map<string | number, number> => {
      const counts = new Map<string | number, number>();
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1 / values.length);
      return counts;
    };
    const expectEven = (values: readonly (string | number)[], kinds: number): void => {
      const found = [...shares(values).values()];
      expect(found).toHaveLength(kinds);
      expect(Math.min(...found) * kinds).toBeGreaterThan(0.75);
    };
    expectEven(
      scenes.map(({ width }) => width),
      5,
    );
    expectEven(
      scenes.map(({ height }) => height),
      5,
    );
    expectEven(
      scenes.map(({ background }) => background.texture),
      5,
    );
    const objects = scenes.flatMap((scene) => scene.objects);
    expectEven(
      objects.map(({ shape }) => shape),
      shapes.length,
    );
    expectEven(
      objects.map(({ colour }) => colour),
      colourNames.length,
    );
    const numbers = shares(scenes.map((scene) => scene.objects.length));
    expect([...numbers.keys()].sort()).toEqual([2, 3, 4, 5, 6]);
    expect(Math.max(...numbers.values())).toBeLessThan(0.4);
  });

  it('have boxes that are tight around what is drawn, and colours that are what they are called', async () => {
    let checked = 0;
    for (const scene of scenesOf(40)) {
      for (const object of scene.objects) {
        const { xs, ys, colour } = await drawnPixels(scene, object);
        const [x, y, width, height] = object.box;
        // A pixel that is half covered lies up to half a pixel beyond; a sharp corner covers little of its last pixels.
        const slack = object.shape === 'star' || object.shape === 'triangle' ? 2.5 : 1;
        const edges = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
        for (const [index, edge] of [x, y, x + width, y + height].entries()) {
          const inwards = index < 2 ? edges[index]! - edge : edge - edges[index]!;
          expect(inwards).toBeGreaterThanOrEqual(-0.75);
          expect(inwards).toBeLessThanOrEqual(slack);
        }
        expect(Math.abs(xs.length - areaOf(object)) / areaOf(object)).toBeLessThan(0.15);
        const distances = colourNames.map((name) =>
          Math.hypot(...meant[name].map((value, c) => value - colour[c]!)),
        );
        expect(colourNames[distances.indexOf(Math.min(...distances))]).toBe(object.colour);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(120);
  });

  it('have polygons inside their boxes, which touch all four sides', () => {
    for (const object of scenesOf(50).flatMap((scene) => scene.objects)) {
      const points = polygonOf(object);
      const xs = points.filter((_, index) => index % 2 === 0);
      const ys = points.filter((_, index) => index % 2 === 1);
      const [x, y, width, height] = object.box;
      expect(Math.min(...xs)).toBeCloseTo(x, 1);
      expect(Math.min(...ys)).toBeCloseTo(y, 1);
      expect(Math.max(...xs)).toBeCloseTo(x + width, 1);
      expect(Math.max(...ys)).toBeCloseTo(y + height, 1);
    }
  });
});

describe('pictures', () => {
  it('are JPEG files of the size of the scene, the same for the same seed', async () => {
    for (const scene of scenesOf(10)) {
      const bytes = await sceneJpeg(scene);
      const { format, width, height, channels } = await sharp(bytes).metadata();
      expect({ format, width, height, channels }).toEqual({
        format: 'jpeg',
        width: scene.width,
        height: scene.height,
        channels: 3,
      });
      expect(await sceneJpeg(scene)).toEqual(bytes);
    }
  });

  it('have backgrounds that differ little within themselves', async () => {
    for (const scene of scenesOf(40)) {
      const pixels = await scenePixels({ ...scene, objects: [] });
      for (const channel of [0, 1, 2]) {
        const values = pixels.filter((_, at) => at % 3 === channel);
        // Seven percent of lightness, and what librsvg overshoots at the edges of turned patterns.
        expect(Math.max(...values) - Math.min(...values)).toBeLessThan(60);
      }
      expect(backgroundSvg(scene.background)).not.toContain('NaN');
    }
  });

  it('are drawn fast enough to be made when they are needed', async () => {
    const scenes = scenesOf(60);
    const start = performance.now();
    for (const scene of scenes) await sceneJpeg(scene);
    // 200 a second on an idle core; the bound leaves room for a busy machine.
    expect((performance.now() - start) / scenes.length).toBeLessThan(50);
  });
});

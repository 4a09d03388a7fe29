import { createRegistry, trainSchema } from '@mdpd/core';
import methods from '@mdpd/distill/plugin';
import { describe, expect, it } from 'vitest';
import { engineNames, optimization, rowNamed, rows, settingsOf } from './job.ts';
import { isMeasured } from './collect.ts';
import { benchModel } from './model.ts';
import { shapes } from './shapes.ts';
import { targets } from './targets.ts';

const methodNamed = (name: string) => createRegistry([methods]).methods.get(name);

describe.each(rows)('row $name', ({ method, settings }) => {
  it('has settings of its method', () => {
    expect(methodNamed(method).settings.parse(settings)).toMatchObject(settings);
  });
});

it('has the defaults of mdpd, but for the boundary and what makes every step a joint one', () => {
  const defaults = methodNamed('mdpd').settings.parse({}) as Record<string, object>;
  const chosen = methodNamed('mdpd').settings.parse(rowNamed('mdpd').settings) as Record<string, object>;
  expect(chosen['side']).toEqual(defaults['side']);
  expect(chosen['logit']).toEqual(defaults['logit']);
  expect(chosen['feature']).toEqual({ ...defaults['feature'], boundary: 'half' });
  expect(chosen['fade']).toEqual({ ...defaults['fade'], train: 'norm+head' });
  expect([chosen['warmup'], chosen['unlabelled']]).toEqual([0, { ...defaults['unlabelled'], batchSize: 0 }]);
});

it('trains with the side method as it is by default', () => {
  const { settings } = methodNamed('side');
  const chosen = settings.parse(rowNamed('side').settings) as { feature: object };
  expect({ ...chosen, feature: { ...chosen.feature, boundary: 'measured' } }).toEqual(settings.parse({}));
});

it('has optimizer settings of a recipe', () => {
  expect(trainSchema.parse({ ...optimization, steps: 1 })).toMatchObject(optimization);
});

it.each(shapes)('$name has as many tokens as its backbone', ({ model, batch }) => {
  const { backbone, head } = benchModel({ ...model, classes: 10 }, 1);
  const [stream] = Object.values(backbone.streams);
  // ViLT reads the first word, behind CLS of the image and 10 × 20 patches.
  const pooled = model.family === 'vilt' ? 201 : 0;
  expect(stream).toMatchObject({ width: model.width, heads: model.heads, pooled });
  // Texts may be shorter than there are positions.
  expect(stream!.tokens).toBe('positions' in model ? pooled + model.positions : model.tokens);
  expect(model.tokens).toBeLessThanOrEqual(stream!.tokens);
  expect(backbone.blocks).toBe(model.blocks);
  expect(head.parameters.at(-1)!.shape).toEqual([10]);
  expect(batch).toBeGreaterThan(0);
});

it('aims only at rows that exist, on engines that run them', () => {
  const names = rows.map(({ name }) => name);
  expect(targets.length).toBeGreaterThan(10);
  for (const { shape, row, reference } of targets) {
    expect(names).toContain(row);
    expect(names).toContain(reference.row);
    const found = shapes.find(({ name }) => name === shape)!;
    const { engines } = found;
    expect([row, reference.row].every((name) => isMeasured(found, rowNamed(name)))).toBe(true);
    expect(engines).toContain(reference.engine);
    expect(engineNames).toContain(reference.engine);
  }
});

it('names no row that is not there', () => {
  expect(() => rowNamed('norms')).toThrow('there is no row "norms"');
});

it('gives a shape the side network of the recipes of its width', () => {
  const wide = shapes.find(({ name }) => name === 'vit-b')!;
  const narrow = shapes.find(({ name }) => name === 'vit-s')!;
  const { settings } = rowNamed('mdpd');
  expect(settingsOf(rowNamed('mdpd'), narrow)).toBe(settings);
  expect(settingsOf(rowNamed('full'), wide)).toEqual({});
  expect(settingsOf(rowNamed('mdpd'), wide)).toEqual({
    ...settings,
    side: { ...(settings['side'] as object), reductionFactor: 8 },
  });
});

import { createRegistry, isPlugin } from '@mdpd/core';
import { expect, it } from 'vitest';
import plugin from './plugin.ts';

it('registers the three families under their names', () => {
  expect(isPlugin(plugin)).toBe(true);
  const { backbones } = createRegistry([plugin]);
  expect([...backbones.names].sort()).toEqual(['bert', 'distilbert', 'roberta']);
  for (const name of ['bert', 'roberta', 'distilbert']) {
    expect(backbones.get(name).modelTypes).toEqual([name]);
    expect(backbones.get(name).create({}).family).toBe(name);
  }
});

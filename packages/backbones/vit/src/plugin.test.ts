import { createRegistry, isPlugin } from '@mdpd/core';
import { expect, it } from 'vitest';
import plugin from './plugin.ts';

it('registers the ViT under its name', () => {
  expect(isPlugin(plugin)).toBe(true);
  const registry = createRegistry([plugin]);
  expect(registry.backbones.names).toEqual(['vit']);
  const vit = registry.backbones.get('vit');
  expect(vit.modelTypes).toEqual(['vit']);
  expect(vit.create({}).parameters).toHaveLength(4 + 12 * 16 + 2);
});

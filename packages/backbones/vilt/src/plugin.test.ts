import { createRegistry, isPlugin } from '@mdpd/core';
import { expect, it } from 'vitest';
import plugin from './plugin.ts';

it('registers the ViLT under its name', () => {
  expect(isPlugin(plugin)).toBe(true);
  const registry = createRegistry([plugin]);
  expect(registry.backbones.names).toEqual(['vilt']);
  const vilt = registry.backbones.get('vilt');
  expect(vilt.modelTypes).toEqual(['vilt']);
  expect(vilt.create({}).parameters).toHaveLength(5 + 5 + 12 * 16 + 2);
});

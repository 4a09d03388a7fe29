import { createRegistry, isPlugin } from '@mdpd/core';
import { expect, it } from 'vitest';
import plugin from './plugin.ts';

it('registers the family under its name', () => {
  expect(isPlugin(plugin)).toBe(true);
  const { backbones } = createRegistry([plugin]);
  expect([...backbones.names]).toEqual(['t5']);
  expect(backbones.get('t5').modelTypes).toEqual(['t5']);
  expect(backbones.get('t5').create({}).family).toBe('t5');
});

import { expect, it } from 'vitest';
import { good } from './backbone/variants.ts';
import { backboneChecks, describeBackbone } from './describe-backbone.ts';

describeBackbone('tiny', () => good);

it('asks for three configurations at least', () => {
  const few = { ...good, configs: good.configs.slice(0, 2) };
  expect(() => backboneChecks[0]!.run(few)).toThrow('give at least three configurations');
});

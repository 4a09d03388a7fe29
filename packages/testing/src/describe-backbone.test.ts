import { expect, it } from 'vitest';
import { good, goodText } from './backbone/variants.ts';
import { backboneChecks, describeBackbone } from './describe-backbone.ts';

describeBackbone('tiny', () => good);
describeBackbone('tiny text', () => goodText);

it('asks for three configurations at least', () => {
  const few = { ...good, configs: good.configs.slice(0, 2) };
  expect(() => backboneChecks[0]!.run(few)).toThrow('give at least three configurations');
});

/** The conformance kit of backbones: one call in a plugin's test file. */
import { attentionChecks } from './backbone/attention-checks.ts';
import { generationChecks } from './backbone/generation-checks.ts';
import { gradientChecks } from './backbone/gradient-checks.ts';
import { paddingChecks } from './backbone/padding-checks.ts';
import { persistenceChecks } from './backbone/persistence-checks.ts';
import { purityChecks } from './backbone/purity-checks.ts';
import { shapeChecks } from './backbone/shape-checks.ts';
import type { BackboneSubject } from './backbone/subject.ts';
import { describeChecks, type Check } from './check.ts';

export type { BackboneSubject } from './backbone/subject.ts';

/** All checks of a backbone, in the order in which they run. */
export const backboneChecks: readonly Check<BackboneSubject>[] = [
  ...shapeChecks,
  ...attentionChecks,
  ...paddingChecks,
  ...purityChecks,
  ...gradientChecks,
  ...generationChecks,
  ...persistenceChecks,
];

/**
 * Tests a backbone against its contract.
 *
 * @example
 * describeBackbone('vit', () => ({
 *   provider: vitProvider,
 *   configs: [tiny, wider, grey],
 *   broken: [{ config: { hidden_size: 0 }, text: 'error BACKBONE_CONFIG at config.json\n  hidden_size is 0\n  …' }],
 * }));
 */
export function describeBackbone(name: string, make: () => BackboneSubject | Promise<BackboneSubject>): void {
  describeChecks(`backbone ${name}`, backboneChecks, make);
}

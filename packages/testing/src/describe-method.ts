/** The conformance kit of methods: one call in a plugin's test file. */
import type { MethodProvider } from '@mdpd/core';
import { describeChecks, type Check } from './check.ts';
import { layerChecks } from './method/layer-checks.ts';
import { stateChecks } from './method/state-checks.ts';
import type { MethodSubject } from './method/subject.ts';
import { trainingChecks } from './method/training-checks.ts';

export type { MethodSubject } from './method/subject.ts';

/** All checks of a method, in the order in which they run. */
export const methodChecks: readonly Check<MethodSubject>[] = [
  ...trainingChecks,
  ...stateChecks,
  ...layerChecks,
];

/** Tests a method on a tiny backbone and a tiny task, with settings as a recipe would give them. */
export function describeMethod(provider: MethodProvider, settings: object = {}): void {
  const given = Object.keys(settings).length > 0 ? ` with ${JSON.stringify(settings)}` : '';
  describeChecks(`method ${provider.name}${given}`, methodChecks, () => ({ provider, settings }));
}

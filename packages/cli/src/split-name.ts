/** Splits that a model can be evaluated on. */
import { MdpdError, type SplitName } from '@mdpd/core';

export const splitNames = ['train', 'validation', 'test'] as const satisfies readonly SplitName[];

export type EvaluatedSplit = (typeof splitNames)[number];

/** `option` is what it was given as, for messages. Throws OPTION_VALUE. */
export function splitNamed(name: string, option: string): EvaluatedSplit {
  const found = splitNames.find((each) => each === name);
  if (found) return found;
  throw new MdpdError('OPTION_VALUE', `${option} is "${name}"`, {
    allowed: splitNames,
    exitCode: 2,
  });
}

import type { HeadKind } from '@mdpd/core';
import { describeTask } from './describe-task.ts';
import { good, textSubject } from './task/variants.ts';

describeTask('tiny', () => good);

for (const kind of ['classification', 'regression', 'maskedLm', 'seq2seq'] satisfies HeadKind[]) {
  describeTask(`tiny text, ${kind}`, () => textSubject(kind));
}

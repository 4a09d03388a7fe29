import { describeTask } from './describe-task.ts';
import { good } from './task/variants.ts';

describeTask('tiny', () => good);

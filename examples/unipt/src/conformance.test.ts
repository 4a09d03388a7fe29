import { describeMethod } from '@mdpd/testing/describe-method';
import { uniptMethod } from './unipt-method.ts';

describeMethod(uniptMethod);

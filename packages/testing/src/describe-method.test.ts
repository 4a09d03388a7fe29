import { labelMethods } from '@mdpd/distill/methods/label-method';
import { mdpdMethod } from '@mdpd/distill/methods/mdpd-method';
import { sideMethod } from '@mdpd/distill/methods/side-method';
import { describeMethod } from './describe-method.ts';
import { small } from './method/variants.ts';

const lora = { rank: 2, alpha: 2 };
const { side, feature } = small;

for (const method of labelMethods) describeMethod(method, method.name === 'lora' ? { lora } : {});
describeMethod(sideMethod, { side, feature: { ...feature, mode: 'hierarchical' } });
describeMethod(mdpdMethod, { ...small, fade: { train: 'head' } });
describeMethod(mdpdMethod, { ...small, fade: { train: 'norm+head' }, duringWarmup: 'side' });
describeMethod(mdpdMethod, { ...small, fade: { train: 'norm+lora+head', lora } });

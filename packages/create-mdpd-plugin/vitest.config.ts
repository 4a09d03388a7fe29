import { packageConfig } from '../../vitest.shared.ts';

export default packageConfig('create-mdpd-plugin', { isolate: true });

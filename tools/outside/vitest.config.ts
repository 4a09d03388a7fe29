import { packageConfig } from '../../vitest.shared.ts';

export default packageConfig('outside', { globalSetup: ['./src/pack-once.ts'] });

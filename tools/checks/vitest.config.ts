import { packageConfig } from '../../vitest.shared.ts';

export default packageConfig('checks', { isolate: true });

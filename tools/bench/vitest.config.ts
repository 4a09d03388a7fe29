import { packageConfig } from '../../vitest.shared.ts';

export default packageConfig('bench', { isolate: true });

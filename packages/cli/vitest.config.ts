import { packageConfig } from '../../vitest.shared.ts';

// The end-to-end tests start the real command: on a busy machine one of them may take minutes.
export default packageConfig('cli', { isolate: true, testTimeout: 600_000, hookTimeout: 600_000 });

import { packageConfig } from '../../vitest.shared.ts';

export default packageConfig('outside', {
  isolate: true,
  globalSetup: ['./src/pack-once.ts'],
  testTimeout: 300_000,
  // One after the other: both packing and installing keep all processors busy.
  fileParallelism: false,
});

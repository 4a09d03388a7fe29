import { packageConfig } from '../../vitest.shared.ts';

export default packageConfig('browser', {
  isolate: true,
  testTimeout: 120_000,
  hookTimeout: 300_000,
  // One browser at a time: it and what it looks at keep all processors busy.
  fileParallelism: false,
});

import { packageConfig } from '../../vitest.shared.ts';

// The end-to-end tests start the real command: on a busy machine one of them may take minutes.
export default packageConfig('cli', {
  isolate: true,
  // The longest of all: when the other packages are done, both processors are its own.
  maxWorkers: 2,
  testTimeout: 600_000,
  hookTimeout: 600_000,
});

/** One vitest configuration for every package: sources instead of builds, and no stray console output. */
import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const conditions = ['@mdpd/source', 'node', 'import', 'default'];

export function packageConfig(name: string, test: ViteUserConfig['test'] = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      name,
      environment: 'node',
      include: ['src/**/*.test.ts'],
      setupFiles: [fileURLToPath(import.meta.resolve('console-fail-test/setup'))],
      pool: 'forks',
      // Files of a package share a process, and the modules in it: loading them for every file takes as long as the tests.
      isolate: false,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
      ...test,
    },
  });
}

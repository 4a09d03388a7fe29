/** A result.json for tests. */
import type { Result } from '@mdpd/report/result';

export function exampleResult(changes: Partial<Result> = {}): Result {
  return {
    recipe: 'mnist',
    task: 'vtab',
    backbone: 'zoo:tiny-vit',
    method: 'mdpd',
    seed: 0,
    executor: 'wasm',
    steps: 1200,
    smoke: false,
    metrics: { primary: 'accuracy', faded: { accuracy: 0.801 }, side: { accuracy: 0.803 } },
    testExamples: 10_000,
    fadeGap: 0.002,
    agreement: 0.95,
    parameters: { backbone: 900_000, trainedInBackbone: 4_000, side: 60_000, inference: 900_970 },
    memory: { peakRssBytes: 312_000_000, plannedBytes: null },
    time: { totalSeconds: 245, secondsPerStep: 0.18, samplesPerSecond: 277 },
    inference: { fadedMs: 41.2, sideMs: 55.1, batch: 32 },
    environment: {
      node: 'v20.20.2',
      platform: 'linux x64',
      cpu: 'Test CPU',
      threads: 2,
      versions: { '@mdpd/cli': '0.1.0' },
      gitCommit: null,
      gitDirty: null,
    },
    directory: '../../..',
    ...changes,
  };
}

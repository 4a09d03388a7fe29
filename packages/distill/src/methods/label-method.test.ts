import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { differingNames } from '@mdpd/testing/differences';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { trainingJob } from '@mdpd/testing/training-job';
import { describe, expect, it } from 'vitest';
import { readRecord } from '../engine/state.ts';
import { train } from '../engine/train.ts';
import { labelMethods } from './label-method.ts';

const method = (name: string) => labelMethods.find((candidate) => candidate.name === name)!;

async function trained(name: string, settings: object) {
  const executor = await cpuExecutor.start();
  const backbone = tinyBackbone({ blocks: 2 });
  const job = trainingJob({ executor, method: method(name), settings, backbone, train: { steps: 3 } });
  const run = await train(job);
  const ship = await readRecord(executor, run.method.ship(run.state));
  const result = {
    says: [...run.method.trainedParameters],
    changed: differingNames(job.initial, ship),
    state: Object.keys(run.state.trained),
  };
  run.dispose();
  return result;
}

/** The kinds of parameters among some names. */
const kinds = (names: readonly string[]): string[] =>
  [
    ...new Set(
      names.map((name) => {
        if (name.startsWith('classifier')) return 'head';
        if (name.includes('norm')) return name.endsWith('weight') ? 'scale' : 'shift';
        if (name.includes('embeddings')) return name.endsWith('bias') ? 'embedding bias' : 'embedding';
        return name.endsWith('bias') ? 'bias' : 'matrix';
      }),
    ),
  ].sort();

describe('label methods', () => {
  it('are the five controls', () => {
    expect(labelMethods.map(({ name }) => name)).toEqual(['head', 'norm', 'bias', 'lora', 'full']);
  });

  it.each([
    ['head', {}, ['head']],
    ['norm', {}, ['head', 'scale', 'shift']],
    ['bias', {}, ['bias', 'embedding bias', 'head', 'shift']],
    ['lora', {}, ['head', 'matrix', 'scale', 'shift']],
    ['lora', { norms: false }, ['head', 'matrix']],
    ['full', {}, ['bias', 'embedding', 'embedding bias', 'head', 'matrix', 'scale', 'shift']],
  ])('%s %j changes %j', async (name, settings, expected) => {
    const { says, changed } = await trained(name, settings);
    expect(kinds(says)).toEqual(expected);
    // The shift of the keys has no gradient but rounding: whether it moves is chance.
    const sure = (names: readonly string[]): string[] =>
      names.filter((at) => !at.endsWith('key.bias')).sort();
    expect(sure(changed)).toEqual(sure(says));
  });

  it('train the last blocks alone where asked to', async () => {
    const { says } = await trained('full', { blocks: 1 });
    expect(says.filter((name) => name.includes('layer.0') || name.includes('embeddings'))).toEqual([]);
    expect(says.some((name) => name.includes('layer.1'))).toBe(true);
  });

  it('keep low-rank updates apart until they ship', async () => {
    const { state, says } = await trained('lora', { lora: { rank: 2 } });
    expect(state.filter((name) => name.endsWith('lora_A'))).toHaveLength(12);
    expect(says.some((name) => name.includes('lora'))).toBe(false);
  });
});

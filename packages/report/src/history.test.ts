import type { RunRecord } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { keysOf, phasesOf, pointsOf, readHistory, totalSteps } from './history.ts';
import { exampleView } from './testing/example-view.ts';

const history = readHistory(exampleView({ steps: 40 }).records);

describe('history', () => {
  it('sorts records, and leaves out what it does not know', () => {
    const unknown = { type: 'later', step: 1 } as unknown as RunRecord;
    const odd = { type: 'constructor', step: 1 } as unknown as RunRecord;
    expect(readHistory([unknown, odd, { type: 'note', step: 1, message: 'm' }])).toEqual({
      steps: [],
      evaluations: [],
      layers: [],
      notes: [{ type: 'note', step: 1, message: 'm' }],
    });
  });

  it('finds phases, each from where the one before ended', () => {
    expect(phasesOf(history.steps)).toEqual([
      { name: 'side', from: 0, to: 4 },
      { name: 'label', from: 4, to: 10 },
      { name: 'joint', from: 10, to: 40 },
    ]);
    expect(phasesOf([])).toEqual([]);
  });

  it('finds values that are numbers, and keys in order', () => {
    const records = [{ step: 1, v: 2 }, { step: 2 }, { step: 3, v: Number.NaN }, { step: 4, v: 0 }];
    expect(pointsOf(records, ({ v }) => v)).toEqual([
      [1, 2],
      [4, 0],
    ]);
    expect(keysOf([{ b: 1 }, { a: 1, b: 2 }, undefined], (record) => record)).toEqual(['b', 'a']);
  });

  it('knows how many steps there will be', () => {
    expect(totalSteps(history)).toBe(40);
    expect(totalSteps({ steps: history.steps.slice(0, 7) })).toBe(40);
    expect(totalSteps({ steps: [] })).toBe(0);
  });
});

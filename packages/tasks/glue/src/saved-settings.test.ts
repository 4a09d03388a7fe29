import { describe, expect, it } from 'vitest';
import { readSettings, savedSettings } from './saved-settings.ts';

describe('saved settings', () => {
  it('are read as they were saved', () => {
    const settings = { task: 'rte', sentences: 2, maxLength: 64 } as const;
    expect(readSettings(savedSettings(settings))).toEqual(settings);
    expect(readSettings(savedSettings({ sentences: 1, maxLength: 128 }))).toEqual({
      sentences: 1,
      maxLength: 128,
    });
  });

  it('leave out what they do not know', () => {
    expect(readSettings(undefined)).toEqual({});
    expect(readSettings({ task: 7, sentences: 3, maxLength: -1 })).toEqual({});
    expect(readSettings({ sentences: '2', maxLength: 1.5 })).toEqual({});
  });
});

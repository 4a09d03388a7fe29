import { expect, it } from 'vitest';
import { createRegistry, definePlugin } from '@mdpd/core';
import { formatListing, listAll } from './list-command.ts';

const never = (): never => {
  throw new Error('not part of this test');
};

it('lists what plugins offer, with the package of each', () => {
  const registry = createRegistry([
    definePlugin({
      name: 'my-plugin',
      models: [
        { name: 'zoo:a', description: 'small', folder: '/work/models/a' },
        { name: 'zoo:b', description: 'elsewhere', folder: '/other/b' },
      ],
      sources: [
        { name: 'digits', description: 'ten digits', splits: { train: 60, test: undefined }, open: never },
      ],
      textSources: [{ name: 'mail', description: 'good and bad', splits: { test: 5 }, open: never }],
      folderSources: [{ name: 'zoo:boxes', description: 'of everything', prepare: never }],
    }),
  ]);
  expect(formatListing(listAll(registry, '/work'))).toBe(
    [
      'tasks\n  none',
      'backbones\n  none',
      'models\n  zoo:a  small [models/a] (my-plugin)\n  zoo:b  elsewhere [/other/b] (my-plugin)',
      'methods\n  none',
      'sources\n  digits  ten digits [train 60, test] (my-plugin)',
      'text sources\n  mail  good and bad [test 5] (my-plugin)',
      'folder sources\n  zoo:boxes  of everything (my-plugin)',
      'executors\n  none',
    ].join('\n\n'),
  );
});

import { expect, it } from 'vitest';
import { createRegistry, definePlugin } from '@mdpd/core';
import { formatListing, formatPackages, listAll } from './list-command.ts';

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
      'reporters\n  none',
      'metrics\n  none',
    ].join('\n\n'),
  );
});

it('says what was replaced, and why each package was loaded', () => {
  const source = { name: 'zoo:boxes', description: 'of everything', prepare: never };
  const registry = createRegistry([
    definePlugin({ name: 'theirs', folderSources: [source] }),
    definePlugin({ name: 'mine', folderSources: [source], replaces: { folderSources: ['zoo:boxes'] } }),
  ]);
  expect(formatListing(listAll(registry, '/work'))).toContain(
    'folder sources\n  zoo:boxes  of everything (mine, replaces that of theirs)',
  );
  const at = { folder: '/opt/x', entry: '/opt/x/index.js' };
  const packages = [
    { ...at, name: 'a', version: '1.0.0', own: true, why: 'own dependency' },
    { ...at, name: 'bb', version: '2.0.0', own: false, why: 'keyword' },
    { ...at, name: './c.js', version: '', own: false, why: 'recipe' },
  ] as const;
  expect(formatPackages({ packages, problems: [{ name: 'd', reason: 'no licence\nat line 3' }] })).toBe(
    [
      'packages',
      '  a       1.0.0: the command depends on it [/opt/x]',
      '  bb      2.0.0: installed, with the keyword mdpd-plugin [/opt/x]',
      '  ./c.js  a file: the recipe names it under `plugins` [/opt/x]',
      '  d       could not be loaded: no licence',
    ].join('\n'),
  );
});

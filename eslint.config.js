/** Lint rules: typescript-eslint, the arrows between rooms, and free functions of tfjs only. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Which rooms a room may import. Arrows point downwards only; nobody imports a backbone, a task or a method of its own package. */
const arrows = {
  core: [],
  tensor: ['core'],
  compile: ['core', 'tensor'],
  data: ['core', 'tensor'],
  distill: ['core', 'tensor', 'data', 'compile'],
  backbone: ['core', 'tensor', 'data'],
  task: ['core', 'tensor', 'data'],
  method: ['core', 'tensor', 'data', 'compile', 'distill'],
  zoo: ['core', 'tensor', 'data'],
  testing: ['core', 'tensor', 'data', 'compile', 'distill'],
  report: ['core'],
  cli: ['core', 'tensor', 'data', 'compile', 'distill', 'report'],
  create: [],
};

/** Names of the packages in a folder: a new one needs no entry here. */
function packagesIn(folder) {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const manifests = names.map((name) => `${folder}/${name}/package.json`).filter((file) => existsSync(file));
  return manifests.map((file) => JSON.parse(readFileSync(file, 'utf8')).name);
}

/** Packages whose tests use the conformance kits. */
const tested = [
  '@mdpd/distill',
  ...['backbones', 'tasks', 'methods'].flatMap((name) => packagesIn(`packages/${name}`)),
];

/** @param {string[]} allow imports that are fine wherever they stand */
function boundaries(allow) {
  return {
    enforceBuildableLibDependency: false,
    // Read only where a recipe names the hub: starting stays quick.
    checkDynamicDependenciesExceptions: ['@mdpd/data'],
    allow,
    ignoredCircularDependencies: tested.map((name) => ['@mdpd/testing', name]),
    depConstraints: Object.entries(arrows).map(([room, below]) => ({
      sourceTag: `room:${room}`,
      onlyDependOnLibsWithTags: [`room:${room}`, ...below.map((name) => `room:${name}`)],
    })),
  };
}

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.nx/**',
      'runs/**',
      '**/test-results/**',
      '**/oracles/**',
      'packages/tensor/src/tfjs-gradients.js',
    ],
  },
  ...tseslint.configs.strict,
  prettier,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'max-lines': ['error', { max: 320, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Parts of one script, which use what the others declare.
    files: ['packages/report/src/demo/browser/*.js'],
    ignores: ['**/worker.js'],
    languageOptions: { sourceType: 'script' },
    rules: { '@typescript-eslint/no-unused-vars': ['error', { vars: 'local' }] },
  },
  {
    files: ['packages/**/src/**/*.ts'],
    plugins: { '@nx': nx },
    rules: { '@nx/enforce-module-boundaries': ['error', boundaries([])] },
  },
  {
    // Tests may use the conformance kits, which themselves stand on the engine.
    files: ['packages/**/src/**/*.test.ts', 'packages/**/src/testing/**/*.ts'],
    rules: {
      // Cases of one thing stand together.
      'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
      '@nx/enforce-module-boundaries': ['error', boundaries(['@mdpd/testing/*', '@mdpd/testing/**'])],
    },
  },
);

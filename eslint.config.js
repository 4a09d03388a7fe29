/** Lint rules: typescript-eslint, the arrows between rooms, and free functions of tfjs only. */
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Which rooms a room may import. Arrows point downwards only; nobody imports a backbone or a task. */
const arrows = {
  core: [],
  tensor: ['core'],
  compile: ['core', 'tensor'],
  data: ['core', 'tensor'],
  distill: ['core', 'tensor', 'data', 'compile'],
  backbone: ['core', 'tensor', 'data'],
  task: ['core', 'tensor', 'data'],
  zoo: ['core', 'tensor', 'data'],
  testing: ['core', 'tensor', 'data', 'compile', 'distill'],
  cli: ['core', 'tensor', 'data', 'compile', 'distill'],
};

/** @param {string[]} allow imports that are fine wherever they stand */
function boundaries(allow) {
  return {
    enforceBuildableLibDependency: false,
    // Read only where a recipe names the hub: starting stays quick.
    checkDynamicDependenciesExceptions: ['@mdpd/data'],
    allow,
    ignoredCircularDependencies: [
      'distill',
      'backbone-vit',
      'backbone-bert',
      'backbone-t5',
      'backbone-clip',
      'backbone-vilt',
      'task-vtab',
      'task-glue',
      'task-vqa',
      'task-refcoco',
    ].map((name) => ['@mdpd/testing', `@mdpd/${name}`]),
    depConstraints: Object.entries(arrows).map(([room, below]) => ({
      sourceTag: `room:${room}`,
      onlyDependOnLibsWithTags: [`room:${room}`, ...below.map((name) => `room:${name}`)],
    })),
  };
}

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', 'runs/**', '**/test-results/**', '**/oracles/**'],
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

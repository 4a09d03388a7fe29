import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', 'runs/**', '**/test-results/**'] },
  ...tseslint.configs.recommended,
);

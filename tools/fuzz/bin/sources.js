/** Runs the TypeScript sources, as the `mdpd` command does inside the workspace. */
import { register } from 'node:module';

register('../../../packages/cli/bin/source-loader.js', import.meta.url);

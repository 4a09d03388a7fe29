/** Public contracts of mdpd: everything a plugin author needs. */
export type * from './backbone.ts';
export type * from './dataset.ts';
export type * from './executor.ts';
export type * from './generation.ts';
export type * from './method.ts';
export { isMetricOf, type MetricProvider, type NamedMetric } from './metric.ts';
export type * from './random.ts';
export type * from './reporter.ts';
export type * from './task.ts';
export type * from './tensors.ts';
export { formatError, MdpdError, messageOf, systemCode, type ErrorDetails, type ExitCode } from './errors.ts';
export { configError, configKeys, quoted } from './config-keys.ts';
export { didYouMean, editDistance, nearest } from './nearest.ts';
export { guardReporter } from './guard-reporter.ts';
export { howToGet, officialPackage } from './official-plugins.ts';
export {
  definePlugin,
  isPlugin,
  type ModelSource,
  type PartKind,
  type Parts,
  type Plugin,
  type PluginParts,
} from './plugin.ts';
export {
  backboneSchema,
  learningRateSchema,
  recipeSchema,
  trainSchema,
  type BackboneReference,
  type Recipe,
  type TrainSettings,
} from './recipe.ts';
export {
  loadRecipe,
  parseRecipe,
  stringifyRecipe,
  type LoadedRecipe,
  type RecipePath,
} from './recipe-file.ts';
export { defineRecipe, type MethodInput, type RecipeInput } from './recipe-input.ts';
export { recipeFromObject } from './recipe-object.ts';
export { resolveRecipe } from './recipe-resolve.ts';
export { createRegistry, Shelf, type Registry, type Shelved } from './registry.ts';
export { createRunScope, type RunScope, type RunScopeOptions } from './run-scope.ts';
export { tokens, type Registered } from './tokens.ts';

/** One name in all the forms that a plugin has it in. */
import { isKind } from './kinds.ts';
import { problem } from './problem.ts';

export interface PluginNames {
  /** Of the package: `@me/mdpd-task-dot-count`. */
  readonly package: string;
  /** Last part of the package's name, which its folder has: `mdpd-task-dot-count`. */
  readonly folder: string;
  /** What recipes call it: `dot-count`. */
  readonly name: string;
  /** `dotCount`. */
  readonly camel: string;
  /** `DotCount`. */
  readonly pascal: string;
}

/** Longest name of a plugin, in characters. */
const LONGEST = 60;
const scope = /^@[a-z0-9][a-z0-9._-]*\//u;
const word = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/u;

/**
 * Reads a package name. A leading `mdpd-`, and then the kind of plugin, are of the package alone: recipes do not say
 * them. Throws CREATE_NAME.
 */
export function pluginNames(given: string): PluginNames {
  const folder = given.replace(scope, '');
  if (!word.test(folder) || folder.length > LONGEST) {
    throw problem('CREATE_NAME', `${JSON.stringify(given)} cannot be the name of a plugin`, {
      allowed: `lower-case letters, digits and single hyphens, a letter first, at most ${LONGEST} characters; before it may stand @scope/`,
      fix: suggestion(folder),
      exitCode: 2,
    });
  }
  const name = shortName(folder);
  const camel = name.replace(/-(.)/gu, (_, first: string) => first.toUpperCase());
  return {
    package: given,
    folder,
    name,
    camel,
    pascal: camel.charAt(0).toUpperCase() + camel.slice(1),
  };
}

/** `mdpd-task-dot-count` to `dot-count`; what would leave nothing stays. */
function shortName(folder: string): string {
  const parts = folder.split('-');
  const withoutBrand = parts[0] === 'mdpd' ? parts.slice(1) : parts;
  const withoutKind = isKind(withoutBrand[0] ?? '') ? withoutBrand.slice(1) : withoutBrand;
  const kept = withoutKind.join('-');
  return word.test(kept) ? kept : folder;
}

/** `dot-count` for `Dot Count!`; nothing where no letter is left to begin with. */
function suggestion(given: string): string | undefined {
  const near = given
    .replace(/([a-z0-9])([A-Z])/gu, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^[^a-z]+|-+$/gu, '')
    .slice(0, LONGEST)
    .replace(/-+$/u, '');
  return near === '' || near === given ? undefined : `call it ${near}`;
}

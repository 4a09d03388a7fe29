/** Whether a plugin fits the core of this command, by the range of @mdpd/core that its package.json asks for. */
import { MdpdError } from '@mdpd/core';
import { gtr, satisfies, validRange } from 'semver';
import { packageVersions } from './environment.ts';

const coreName = '@mdpd/core';

/** The fields of package.json that say what a plugin was built for. */
export interface CoreRange {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The range, or undefined where it names none that can be read: such a plugin is tried. */
export function coreRangeOf({ peerDependencies, dependencies }: CoreRange): string | undefined {
  const range = peerDependencies?.[coreName] ?? dependencies?.[coreName];
  return typeof range === 'string' && validRange(range) !== null ? range : undefined;
}

/** Version of the core that this command runs with. */
export function coreVersion(): string {
  return packageVersions([coreName])[coreName] ?? '';
}

/** Throws PLUGIN_VERSION where a plugin was built for another core. Its code would fail in ways nobody understands. */
export function checkCore(name: string, range: string | undefined, version: string = coreVersion()): void {
  if (range === undefined || satisfies(version, range, { includePrerelease: true })) return;
  const older = gtr(version, range);
  throw new MdpdError('PLUGIN_VERSION', `${name} is built for ${coreName} ${range}, and this is ${version}`, {
    fix: older
      ? `npm install ${name}@latest, or ask its authors for a version for ${coreName} ${version}`
      : 'npm install @mdpd/cli@latest, or an older version of the plugin',
    exitCode: 2,
  });
}

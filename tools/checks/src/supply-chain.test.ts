/** What is installed: hashes for all of it, no scripts that run while it is, licences that are allowed, a bill of materials. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { packageFolders, publishedFolders, root, textOf } from './workspace.ts';

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const lock = JSON.parse(textOf('package-lock.json')) as {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked>>;
};
/** What npm fetches, by its place in node_modules; packages of the workspace are links. */
const fetched = Object.entries(lock.packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);
const nameOf = (path: string): string => path.replace(/^.*node_modules\//u, '');

/** Packages that come with a script for their installation, which never runs here, and why they work without it. */
const withoutTheirScript: Readonly<Record<string, string>> = {
  esbuild:
    'it only puts the binary in the place of a small JavaScript file: the optional package has it anyway',
  nx: 'it looks whether the binary is there',
  'onnxruntime-node': 'it fetches GPU libraries for Linux: those for the CPU are in the package',
  protobufjs: 'it prints a hint about versions',
};

describe('package-lock.json', () => {
  it('has a hash for everything that is fetched, from the registry alone', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(fetched.length).toBeGreaterThan(100);
    expect(fetched.filter(([, { integrity }]) => !/^sha512-[\w+/=]{88}$/u.test(integrity ?? ''))).toEqual([]);
    const elsewhere = fetched.filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    expect(elsewhere).toEqual([]);
  });

  it('asks for no script: the packages that have one are known, and none of ours has', () => {
    const scripted = fetched
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => nameOf(path));
    expect([...new Set(scripted)].sort()).toEqual(Object.keys(withoutTheirScript).sort());
    expect(textOf('.npmrc')).toMatch(/^ignore-scripts=true$/mu);
    const automatic = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'dependencies'];
    for (const file of ['package.json', ...packageFolders().map((folder) => `${folder}/package.json`)]) {
      const { scripts = {} } = JSON.parse(textOf(file)) as { scripts?: Record<string, string> };
      expect(
        Object.keys(scripts).filter((name) => automatic.includes(name)),
        file,
      ).toEqual([]);
    }
  });
});

it('THIRD_PARTY_LICENSES is current, and every licence in it is allowed', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/scripts/licences.js', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('npm run sbom names everything that is installed with mdpd, with its hash', () => {
  const text = execFileSync(process.execPath, ['tools/scripts/sbom.js'], { cwd: root, encoding: 'utf8' });
  const bill = JSON.parse(text) as {
    readonly bomFormat: string;
    readonly specVersion: string;
    readonly metadata: { readonly component: { readonly name: string } };
    readonly components: readonly {
      readonly name: string;
      readonly version: string;
      readonly licenses?: readonly unknown[];
      readonly hashes?: readonly { readonly alg: string }[];
    }[];
  };
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'mdpd' } } });
  const named = new Map(bill.components.map((each) => [`${each.name} ${each.version}`, each]));
  const wanted = fetched
    .filter(([, { dev }]) => !dev)
    .map(([path, { version }]) => `${nameOf(path)} ${version}`);
  expect(wanted.filter((each) => named.get(each)?.hashes?.[0]?.alg !== 'SHA-512')).toEqual([]);
  const published = publishedFolders().map(
    (folder) => (JSON.parse(textOf(`${folder}/package.json`)) as { name: string }).name,
  );
  expect(published.filter((name) => !bill.components.some((each) => each.name === name))).toEqual([]);
  expect(bill.components.filter(({ licenses }) => !licenses).map(({ name }) => name)).toEqual([]);
  expect(named.has('vitest 4.1.12')).toBe(false);
});

describe('workflows', () => {
  it('audit what is installed, and publish with provenance', () => {
    expect(textOf('.github/workflows/ci.yml')).toContain('npm audit --omit=dev --audit-level=high');
    const release = textOf('.github/workflows/release.yml');
    expect(release).toMatch(/permissions:\n +contents: read\n +id-token: write\n/u);
    expect(release).toContain('npm publish --workspaces');
    expect(release).toContain('npm run sbom');
  });

  it('install from the lock file alone', () => {
    for (const name of ['ci', 'release']) {
      const text = textOf(`.github/workflows/${name}.yml`);
      expect(text).toContain('run: npm ci');
      expect(text).not.toMatch(/npm (install|i) /u);
    }
  });
});

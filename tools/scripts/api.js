// @ts-check
/**
 * `npm run api`: the reference of all public modules, written into dist/api. A public symbol without docstring, a type in a
 * signature that is nowhere explained, or a link that leads nowhere is an error.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, ReflectionKind } from 'typedoc';
import { publicModules } from './public-modules.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = publicModules(root);
// As typedoc calls them: paths, less endings.
const names = new Map([...modules].map(([name, file]) => [file.replace(/(\/index)?\.ts$/, ''), name]));

const app = await Application.bootstrap({
  name: 'mdpd',
  entryPoints: [...modules.values()].map((file) => join(root, file)),
  tsconfig: join(root, 'tools/scripts/tsconfig.api.json'),
  basePath: root,
  readme: join(root, 'docs/api.md'),
  out: join(root, 'dist/api'),
  // `npm run typecheck` does that.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  githubPages: false,
  treatWarningsAsErrors: true,
  validation: { invalidLink: true, invalidPath: true, notExported: true, notDocumented: true },
  packagesRequiringDocumentation: [
    ...new Set([...modules.keys()].map((name) => name.split('/', 2).join('/'))),
  ],
  requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Function', 'Variable', 'Enum'],
  logLevel: 'Warn',
});

const started = Date.now();
const project = await app.convert();
if (project === undefined) process.exit(1);
for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
  const name = names.get(module.name);
  if (name === undefined) throw new Error(`${module.name} is not among the public modules`);
  module.name = name;
}
app.validate(project);
await app.generateOutputs(project);
const problems = app.logger.warningCount + app.logger.errorCount;
if (problems > 0) console.error(`${problems} problems`);
else
  console.log(
    `dist/api/index.html: ${modules.size} modules in ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
process.exitCode = problems > 0 ? 1 : 0;

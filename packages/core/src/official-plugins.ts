/**
 * Which package has what, for messages about names that are not installed. It only names packages: nothing is loaded by
 * it, and a plugin of others needs no entry. A test holds it against the packages of the workspace.
 */
import { nearest } from './nearest.ts';

type Names = Readonly<Record<string, readonly string[]>>;

/** Kind of a shelf, or `model type` of config.json → package → names. */
export const officialPlugins: Readonly<Record<string, Names>> = {
  task: {
    '@mdpd/task-glue': ['glue', 'text', 'mlm'],
    '@mdpd/task-refcoco': ['refcoco'],
    '@mdpd/task-vqa': ['vqa', 'gqa', 'matching', 'contrastive', 'masked-captions'],
    '@mdpd/task-vtab': ['vtab'],
  },
  backbone: {
    '@mdpd/backbone-bert': ['bert', 'roberta', 'distilbert'],
    '@mdpd/backbone-clip': ['clip'],
    '@mdpd/backbone-t5': ['t5'],
    '@mdpd/backbone-vilt': ['vilt'],
    '@mdpd/backbone-vit': ['vit'],
  },
  'model type': {
    '@mdpd/backbone-bert': ['bert', 'roberta', 'distilbert'],
    '@mdpd/backbone-clip': ['clip'],
    '@mdpd/backbone-t5': ['t5'],
    '@mdpd/backbone-vilt': ['vilt'],
    '@mdpd/backbone-vit': ['vit'],
  },
  method: { '@mdpd/distill': ['mdpd', 'side', 'head', 'norm', 'bias', 'lora', 'full'] },
  executor: {
    '@mdpd/compile': ['onnxruntime'],
    '@mdpd/tensor': ['tensorflow', 'wasm', 'cpu'],
  },
  model: { '@mdpd/zoo': ['zoo:tiny-vit', 'zoo:tiny-bert', 'zoo:tiny-vilt', 'zoo:tiny-clip'] },
  source: {
    '@mdpd/data': ['mnist', 'fashion-mnist'],
    '@mdpd/zoo': ['glyphs', 'symbols', 'shapes', 'textures'],
  },
  'text source': { '@mdpd/data': ['spam', 'sotu', 'moby-dick'] },
  'folder source': { '@mdpd/zoo': ['zoo:scenes', 'zoo:captioned-scenes'] },
};

/** Data sets that are a setting of a task, where somebody may take one for a task. */
export const settingsOfTasks: Readonly<Record<string, readonly string[]>> = {
  glue: ['cola', 'sst2', 'mrpc', 'stsb', 'qqp', 'mnli', 'qnli', 'rte', 'wnli'],
};

/** Package of a name, or undefined. */
export function officialPackage(kind: string, name: string): string | undefined {
  const packages = Object.entries(officialPlugins[kind] ?? {});
  return packages.find(([, names]) => names.includes(name))?.[0];
}

/** The command that installs a package; a recipe that lists its plugins loads no other. */
export function installCommand(packageName: string): string {
  return `npm install ${packageName} (where the recipe has a list of plugins, name it there too)`;
}

/** What to do about a name that is not among the installed ones: install its package, or write it right. */
export function howToGet(kind: string, name: string, installed: readonly string[]): string | undefined {
  const from = officialPackage(kind, name);
  if (from !== undefined) return installCommand(from);
  const setting = kind === 'task' ? settingOf(name, installed) : undefined;
  if (setting !== undefined) return setting;
  const official = Object.values(officialPlugins[kind] ?? {}).flat();
  const meant = nearest(name, [...installed, ...official]);
  if (meant === undefined) return undefined;
  const question = `did you mean "${meant}"?`;
  if (installed.includes(meant)) return question;
  return `${question} It is not installed: npm install ${officialPackage(kind, meant)!}`;
}

function settingOf(name: string, installed: readonly string[]): string | undefined {
  const task = Object.keys(settingsOfTasks).find((each) => settingsOfTasks[each]!.includes(name));
  if (task === undefined) return undefined;
  const install = installed.includes(task) ? '' : `npm install ${officialPackage('task', task)!}, then `;
  return `${install}write it as \`task: ${task}\` with \`data.task: ${name}\``;
}

/** The command line. */
import { parseArgs } from 'node:util';
import { isKind, kinds, type Kind } from './kinds.ts';
import { pluginNames, type PluginNames } from './names.ts';
import { problem } from './problem.ts';

export const help = `Starts a plugin of mdpd: a project with sources, tests, a recipe that trains, and a page about it.

  npm create mdpd-plugin@latest NAME -- --kind task|backbone|method

NAME     name of the package, and of the folder that is made: dot-count, or @me/dot-count
--kind   task      data, head, loss, metrics, decoding
         backbone  a chain of blocks, checkpoint names, heads
         method    what is trained, and by which steps
--help   this text`;

export type Command =
  { readonly help: true } | { readonly help: false; readonly kind: Kind; readonly names: PluginNames };

/** Reads the words after the command's name. Throws CREATE_OPTION, CREATE_KIND and CREATE_NAME. */
export function readCommand(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv);
  if (values.help === true) return { help: true };
  const [name, ...more] = positionals;
  if (name === undefined) {
    throw problem('CREATE_NAME', 'the name of the plugin is missing', {
      fix: 'npm create mdpd-plugin@latest my-plugin -- --kind task',
      exitCode: 2,
    });
  }
  if (more.length > 0) {
    throw problem('CREATE_OPTION', `${JSON.stringify(more[0])} is one word too many`, {
      allowed: 'one name, and --kind',
      fix: 'between the name and --kind stands -- where npm create is called',
      exitCode: 2,
    });
  }
  return { help: false, kind: readKind(values.kind), names: pluginNames(name) };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { kind: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message.split('. ')[0]! : String(thrown);
    throw problem('CREATE_OPTION', said, { allowed: '--kind, --help', exitCode: 2 });
  }
}

function readKind(kind: string | undefined): Kind {
  if (kind !== undefined && isKind(kind)) return kind;
  const message = kind === undefined ? '--kind is missing' : `--kind is ${JSON.stringify(kind)}`;
  throw problem('CREATE_KIND', message, {
    allowed: kinds.join(', '),
    fix: kind === undefined ? 'npm create hands it on after --: … my-plugin -- --kind task' : undefined,
    exitCode: 2,
  });
}

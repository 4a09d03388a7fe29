/** The head that a backbone has for a task. */
import { MdpdError, type Backbone, type Head, type Task } from '@mdpd/core';

/** Throws HEAD_UNSUPPORTED. */
export function headFor(backbone: Backbone, { name, head }: Pick<Task, 'name' | 'head'>): Head {
  const found = backbone.head(head.kind, head.outputs);
  if (found) return found;
  throw new MdpdError('HEAD_UNSUPPORTED', `backbone ${backbone.family} has no head for ${head.kind}`, {
    place: `task ${name}`,
    fix: 'choose another backbone; `mdpd list` shows what is installed',
    exitCode: 2,
  });
}

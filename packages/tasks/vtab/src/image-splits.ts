/** Opens the splits that a recipe names, and brings their classes together. */
import { resolve } from 'node:path';
import { MdpdError, type ImageSet, type SplitName, type TaskContext } from '@mdpd/core';
import type { DecodeOptions } from '@mdpd/data/image-decode';
import { openSplit, type OpenedSplit } from '@mdpd/data/open-split';
import { openVtabList } from '@mdpd/data/vtab-list';
import type { VtabData } from './data-schema.ts';
import { findVtabTask, type VtabTask } from './vtab-tasks.ts';

const splitNames: readonly SplitName[] = ['train', 'validation', 'test', 'unlabelled'];

export type SplitContext = TaskContext<VtabData> & { readonly data: VtabData };

/** Where the splits of a recipe are, and how each is opened. */
export interface SplitPlan {
  readonly names: readonly SplitName[];
  open(name: SplitName): Promise<OpenedSplit>;
  /** Of VTAB-1k, whose lists know no names. */
  readonly labels?: readonly string[];
  /** Splits that are the same images as another: tuning on VTAB-1k measures on its validation images. */
  readonly sameAs: Readonly<Partial<Record<SplitName, SplitName>>>;
}

/** A plan by split specifications. */
function specPlan({ data, sources, directory, warn }: SplitContext, decode: DecodeOptions): SplitPlan {
  return {
    names: splitNames.filter((name) => data[name] !== undefined),
    open: (name) => openSplit(data[name]!, { sources, directory, place: `data.${name}`, decode, warn }),
    sameAs: {},
  };
}

interface List {
  readonly file: string;
  /** Undefined: as many as the task has test images. */
  readonly rows?: number;
}

type Lists = Readonly<Partial<Record<SplitName, List>>>;
type ListPlan = Pick<SplitContext, 'warn'> & { readonly decode: DecodeOptions };

const protocols: Readonly<Record<VtabData['protocol'], Lists>> = {
  final: { train: { file: 'train800val200.txt', rows: 1000 }, test: { file: 'test.txt' } },
  tune: { train: { file: 'train800.txt', rows: 800 }, validation: { file: 'val200.txt', rows: 200 } },
};

async function openList(
  path: string,
  origin: string,
  task: VtabTask,
  list: List,
  plan: ListPlan,
): Promise<ImageSet> {
  const { decode, warn } = plan;
  const fix = 'put the folders of VTAB-1k there, or name where they are: data.root=…';
  const set = await openVtabList(path, { origin, decode, fix });
  const classes = set.labels?.length ?? 0;
  if (classes > task.classes) {
    throw new MdpdError('LIST_INVALID', `the list has the label ${classes - 1}`, {
      place: path,
      allowed: `0 to ${task.classes - 1} for ${task.name}`,
    });
  }
  const rows = list.rows ?? task.testRows;
  if (set.size !== rows) {
    warn(`${origin} has ${set.size} rows, the published list has ${rows}: figures may not be comparable`);
  }
  return set;
}

/** A plan by VTAB-1k's folders. */
function vtabPlan(context: SplitContext, decode: DecodeOptions): SplitPlan {
  const { data, directory, warn } = context;
  const task = findVtabTask(data.name!, 'data.name');
  const files: Lists = protocols[data.protocol];
  const own = specPlan(context, decode);
  const open = async (name: SplitName): Promise<OpenedSplit> => {
    const list = files[name];
    if (!list) return own.open(name);
    const path = resolve(directory, data.root!, task.name, list.file);
    const images = await openList(path, `${task.name}/${list.file}`, task, list, { decode, warn });
    return { images, classes: images.labels?.map((label) => ({ name: label })) };
  };
  const labels = Array.from({ length: task.classes }, (_, label) => String(label));
  const names = splitNames.filter((name) => files[name] !== undefined || own.names.includes(name));
  if (data.protocol === 'final') return { names, open, labels, sameAs: {} };
  warn(
    `protocol tune: test is the same 200 images as validation; the test images of ${task.name} are not used`,
  );
  return { names: [...names, 'test'], open, labels, sameAs: { test: 'validation' } };
}

/** The splits that a recipe names, not opened yet. Throws VTAB_TASK. */
export function planSplits(context: SplitContext, decode: DecodeOptions): SplitPlan {
  return context.data.root === undefined ? specPlan(context, decode) : vtabPlan(context, decode);
}

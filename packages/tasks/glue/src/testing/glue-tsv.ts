/** Rows of GLUE's original files with everything that is odd about them. */
import { glueSplit, type GlueSplit, type GlueTask } from '../glue-tasks.ts';
import type { FixtureExample } from './glue-grammar.ts';

const bom = '\uFEFF';

/** Cells of one row, by task and split: what the published header says. */
type Row = readonly (string | number)[];

interface Layout {
  readonly header?: Row;
  row(example: FixtureExample, index: number, task: GlueTask): Row;
}

function labelOf({ label }: FixtureExample, task: GlueTask): string {
  return task.kind === 'regression' ? label.toFixed(3) : task.strings[label]!;
}

const stsbHeader = 'index genre filename year old_index source1 source2 sentence1 sentence2'.split(' ');
const mnliHeader =
  'index promptID pairID genre sentence1_binary_parse sentence2_binary_parse sentence1_parse sentence2_parse sentence1 sentence2'.split(
    ' ',
  );
const mrpcHeader = ['Quality', '#1 ID', '#2 ID', '#1 String', '#2 String'];

/** Ids of a pair of MRPC: not the row's number. */
export const mrpcIds = (index: number): [string, string] => [
  String(700_000 + 3 * index),
  String(900_000 + 7 * index),
];

function mnliLayout(people: number): Layout {
  const names = Array.from({ length: people }, (_, person) => `label${person + 1}`);
  const parse = (text: string): string => `( ${text} )`;
  return {
    header: [...mnliHeader, ...names, ...(people > 0 ? ['gold_label'] : [])],
    row: (example, index, task) => {
      const { first, second = '' } = example;
      const trees = [parse(first), parse(second), `(ROOT ${parse(first)})`, `(ROOT ${parse(second)})`];
      // Single people disagree with the label that counts: who reads their columns finds out.
      const other = task.strings[(example.label + 1) % task.strings.length]!;
      const labels = people > 0 ? [...names.map(() => other), labelOf(example, task)] : [];
      return [index, 31_000 + index, `${31_000 + index}n`, 'fiction', ...trees, first, second, ...labels];
    },
  };
}

/** `index`, the texts, and a label where there is one. */
function plainLayout(names: readonly string[], labelled: boolean, first = 'index'): Layout {
  return {
    header: [first, ...names, ...(labelled ? ['label'] : [])],
    row: (example, index, task) => [
      index,
      ...[example.first, example.second].slice(0, names.length).map((text) => text!),
      ...(labelled ? [labelOf(example, task)] : []),
    ],
  };
}

function colaLayout(labelled: boolean): Layout {
  if (!labelled) return plainLayout(['sentence'], false);
  return {
    row: (example, index, task) => [
      index % 3 === 0 ? 'gj04' : 'bc01',
      labelOf(example, task),
      example.label === 0 ? '*' : '',
      example.first,
    ],
  };
}

function sst2Layout(split: string): Layout {
  if (split === 'test') return plainLayout(['sentence'], false);
  return {
    header: ['sentence', 'label'],
    // Training sentences end with a space.
    row: (example, _, task) => [example.first + (split === 'train' ? ' ' : ''), labelOf(example, task)],
  };
}

function mrpcLayout(labelled: boolean): Layout {
  return {
    header: [labelled ? mrpcHeader[0]! : 'index', ...mrpcHeader.slice(1)],
    row: (example, index, task) => [
      labelled ? labelOf(example, task) : index,
      ...mrpcIds(index),
      example.first,
      example.second!,
    ],
  };
}

function stsbLayout(labelled: boolean): Layout {
  return {
    header: [...stsbHeader, ...(labelled ? ['score'] : [])],
    row: (example, index, task) => [
      ...[index, 'main-captions', 'MSRvid', '2012test', String(index).padStart(4, '0'), 'none', 'none'],
      ...[example.first, example.second!],
      ...(labelled ? [labelOf(example, task)] : []),
    ],
  };
}

function qqpLayout(labelled: boolean): Layout {
  if (!labelled) return plainLayout(['question1', 'question2'], false, 'id');
  return {
    header: ['id', 'qid1', 'qid2', 'question1', 'question2', 'is_duplicate'],
    row: (example, index, task) => [
      ...[133_000 + index, 2 * index, 2 * index + 1],
      ...[example.first, example.second!, labelOf(example, task)],
    ],
  };
}

function layoutOf(task: GlueTask, { name, tsv }: GlueSplit): Layout {
  const labelled = tsv.label !== undefined;
  switch (task.name) {
    case 'cola':
      return colaLayout(labelled);
    case 'sst2':
      return sst2Layout(name);
    case 'mrpc':
      return mrpcLayout(labelled);
    case 'stsb':
      return stsbLayout(labelled);
    case 'qqp':
      return qqpLayout(labelled);
    case 'mnli':
      return mnliLayout(labelled ? (name === 'train' ? 1 : 5) : 0);
    case 'qnli':
      return plainLayout(['question', 'sentence'], labelled);
    default:
      return plainLayout(['sentence1', 'sentence2'], labelled);
  }
}

export interface TsvText {
  readonly text: string;
  /** Lines that lack cells. */
  readonly malformed: number;
}

/** Text of a split's file: a BOM before MRPC's, broken lines in QQP's. */
export function tsvText(task: GlueTask, split: string, examples: readonly FixtureExample[]): TsvText {
  const layout = layoutOf(task, glueSplit(task, split));
  const lines = layout.header ? [layout.header.join('\t')] : [];
  let malformed = 0;
  for (const [index, example] of examples.entries()) {
    lines.push(layout.row(example, index, task).join('\t'));
    if (task.name !== 'qqp' || split === 'test' || index % 8 !== 5) continue;
    // A question with a line break in it, as quotes would protect it if they were quotes.
    lines.push(`${134_000 + index}\t1\t2\twhere is`, `the ${index} ?\twhere ?\t1`);
    malformed += 2;
  }
  return { text: (task.name === 'mrpc' ? bom : '') + lines.join('\n') + '\n', malformed };
}

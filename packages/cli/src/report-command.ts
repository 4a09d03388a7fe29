/** `mdpd report <run> [<run> …]` */
import path from 'node:path';
import { reportPage } from '@mdpd/report/report-page';
import { command } from './command.ts';
import { commonOptions, variadic } from './command-line.ts';
import { writeWhole } from './files.ts';
import { createOutput } from './output.ts';
import { readRunView } from './read-run-view.ts';
import { writtenPage } from './report-file.ts';
import { readFinishedRun, runFiles } from './run-folder.ts';

export default command({
  name: 'report',
  description:
    'Write the page of a run again, finished or not, from what its folder has; metrics.jsonl is enough. Further runs are what its verdict is told against.',
  examples: [
    'mdpd report runs/mnist/20261127-063956',
    'mdpd report runs/mdpd runs/norm runs/full --out compared.html',
  ],
  args: {
    run: { type: 'positional', required: true, description: 'folder of a run' },
    other: {
      type: 'positional',
      valueHint: variadic,
      required: false,
      description: 'finished runs on the same data, by other methods',
    },
    out: {
      type: 'string',
      valueHint: 'file',
      description: 'file to write (default: report.html of the run)',
    },
    json: { type: 'boolean', description: 'print JSON' },
    ...commonOptions,
  },
  run: async ({ _: [name, ...others], out, json }) => {
    const output = createOutput({ json: json === true });
    const view = readRunView(path.resolve(name!), name!);
    const compared = others.map((other) => {
      const result = readFinishedRun(other);
      return { name: result.method, result };
    });
    const page = reportPage(compared.length > 0 ? { ...view, others: compared } : view);
    const file = out ?? path.join(name!, runFiles.report);
    writeWhole(path.resolve(file), page);
    output.answer(writtenPage(file, page, output.json));
    return 0;
  },
});

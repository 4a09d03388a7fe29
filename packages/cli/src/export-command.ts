/** `mdpd export <run or model>` */
import { MdpdError } from '@mdpd/core';
import { command } from './command.ts';
import { commonOptions, wholeNumber } from './command-line.ts';
import { exportFolder } from './export-files.ts';
import { exportTo } from './export-to.ts';
import { formatExport, lossWarnings } from './export-report.ts';
import { createOutput, toJson } from './output.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { createProgress } from './progress.ts';
import { findTarget, pluginsFor } from './target.ts';

/** Examples that the files are compared on: one alone, and eight batches of 25. */
const defaultExamples = 201;

export default command({
  name: 'export',
  description: 'Write the model as ONNX, for ONNX Runtime and Transformers.js, and check the files.',
  examples: [
    'mdpd export runs/mnist/20261123-063956',
    'mdpd export runs/mnist/20261123-063956 --int8',
    'mdpd export runs/mnist/20261123-063956 --int8 --out public/models/mnist',
  ],
  args: {
    target: { type: 'positional', required: true, description: 'folder of a run, or of a model' },
    onnx: { type: 'boolean', description: 'write onnx/model.onnx, float32; it always is' },
    int8: { type: 'boolean', description: 'write onnx/model_quantized.onnx, weights of 8 bits, as well' },
    out: {
      type: 'string',
      valueHint: 'folder',
      description:
        'folder for the files and those that Transformers.js needs beside them (default: the model)',
    },
    limit: {
      type: 'string',
      valueHint: 'number',
      description: `examples to compare on (default: ${defaultExamples})`,
    },
    executor: { type: 'string', valueHint: 'name', description: 'executor to compare with (default: auto)' },
    json: { type: 'boolean', description: 'print JSON' },
    ...commonOptions,
  },
  run: (args) => exportTarget(args._[0]!, args),
});

interface ExportOptions {
  readonly int8?: boolean;
  readonly out?: string;
  readonly limit?: string;
  readonly executor?: string;
  readonly json?: boolean;
}

async function exportTarget(name: string, options: ExportOptions): Promise<number> {
  const output = createOutput({ json: options.json === true });
  const limit = wholeNumber('export', '--limit', options.limit) ?? defaultExamples;
  const { registry, problems } = await loadPlugins(pluginsFor(name, process.cwd()));
  describeProblems(problems).forEach(output.message);
  const target = findTarget(name, registry, process.cwd());
  if (target.kind === 'side') throw sideError(name);
  const folder = exportFolder(target, registry, options.out);
  const progress = createProgress({ stream: output.messages, metric: () => '' });
  try {
    const { int8 = false, executor = 'auto' } = options;
    const report = await exportTo(folder, { target, registry, limit, int8, executor }, progress);
    lossWarnings(report).forEach(output.message);
    output.answer(output.json ? toJson(report) : formatExport(report));
    return 0;
  } finally {
    progress.close?.();
  }
}

function sideError(name: string): MdpdError {
  return new MdpdError(
    'EXPORT_SIDE',
    `${name} keeps its side network: it has no model of its own to export`,
    {
      allowed: 'runs of other methods, which leave a plain backbone with a head',
      fix: 'train with method=mdpd: its side network fades away',
    },
  );
}

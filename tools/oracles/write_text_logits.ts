/**
 * Writes logits of a run's model for its test split, for `load_text_model.py` to compare with Hugging Face
 * `transformers`:
 *
 *   node --conditions=@mdpd/source --import tsx tools/oracles/write_text_logits.ts RUN 100 LOGITS.json
 */
import { writeFileSync } from 'node:fs';
import { examplesFor } from '@mdpd/cli/export-examples';
import { openModel } from '@mdpd/cli/model-folder';
import { loadPlugins } from '@mdpd/cli/plugins';
import { findTarget, pluginsFor } from '@mdpd/cli/target';
import { runModel } from '@mdpd/distill/forward';
import { uploadRecord } from '@mdpd/distill/engine/state';
import { startExecutor } from '@mdpd/tensor/start-executor';

const [name, limit, out] = process.argv.slice(2) as [string, string, string];
const { registry } = await loadPlugins(pluginsFor(name, process.cwd()));
const target = findTarget(name, registry, process.cwd());
const model = await openModel(target.folder, target.name, registry);
const warn = (message: string): boolean => process.stderr.write(`${message}\n`);
const { batches, origin } = await examplesFor(target, model, { registry, limit: Number(limit), warn });
if (origin === 'random inputs') throw new Error(`${name} has no test split that can be read`);
const { executor } = await startExecutor('wasm', registry.executors.values, () => {});
const params = uploadRecord(executor, model.parameters);
const run = executor.prepare('logits', runModel.bind(undefined, model.opened.backbone, model.head));
const rows: { inputs: Record<string, number[]>; logits: number[] }[] = [];
for (const batch of batches) {
  const { data, shape } = await executor.read(await run(params, uploadRecord(executor, batch)));
  const [size] = shape as [number];
  const rowOf = (numbers: ArrayLike<number>, row: number): number[] => {
    const width = numbers.length / size;
    return Array.from(numbers).slice(row * width, (row + 1) * width);
  };
  for (let row = 0; row < size; row++) {
    // Padding goes in as well: transformers has to leave it out as we do. Logits of padding mean nothing.
    const inputs = Object.fromEntries(
      Object.entries(batch).map(([key, value]) => [key, rowOf(value.data, row)]),
    );
    rows.push({ inputs, logits: rowOf(data, row) });
  }
}
writeFileSync(out, JSON.stringify({ rows }));
await executor.stop();

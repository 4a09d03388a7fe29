/**
 * Writes logits of a run's model over images with texts for its test split, for `load_vilt_model.py` and
 * `load_clip_model.py` to compare with Hugging Face `transformers`:
 *
 *   node --conditions=@mdpd/source --import tsx tools/oracles/write_image_text_logits.ts RUN 50 LOGITS.json
 */
import { writeFileSync } from 'node:fs';
import { examplesFor } from '@mdpd/cli/export-examples';
import { openModel } from '@mdpd/cli/model-folder';
import { loadPlugins } from '@mdpd/cli/plugins';
import { findTarget, pluginsFor } from '@mdpd/cli/target';
import { uploadRecord } from '@mdpd/distill/engine/state';
import { runModel } from '@mdpd/distill/forward';
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
const inputs: Record<string, { data: number[]; shape: number[] }> = {};
const logits: number[][] = [];
for (const batch of batches) {
  const { data, shape } = await executor.read(await run(params, uploadRecord(executor, batch)));
  const [size, width] = shape as [number, number];
  for (let row = 0; row < size; row++) logits.push(Array.from(data.subarray(row * width, (row + 1) * width)));
  // Texts of a split are padded to one length, so that batches can be joined.
  for (const [key, { data: more, shape: own }] of Object.entries(batch)) {
    const joined = (inputs[key] ??= { data: [], shape: [0, ...own.slice(1)] });
    for (const value of more) joined.data.push(value);
    joined.shape[0]! += size;
  }
}
writeFileSync(out, JSON.stringify({ kind: model.kind, inputs, logits }));
await executor.stop();

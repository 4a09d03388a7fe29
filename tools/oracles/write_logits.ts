/**
 * Writes logits of a saved model for images of a split, for `load_model.py` to compare with Hugging Face `transformers`:
 *
 *   node --conditions=@mdpd/source --import tsx tools/oracles/write_logits.ts MODEL_DIR mnist:test[:10] LOGITS.json
 */
import { writeFileSync } from 'node:fs';
import { openModel } from '@mdpd/cli/model-folder';
import { loadPlugins } from '@mdpd/cli/plugins';
import { runModel } from '@mdpd/distill/forward';
import { uploadRecord } from '@mdpd/distill/engine/state';
import { startExecutor } from '@mdpd/tensor/start-executor';

const [model, split, out] = process.argv.slice(2) as [string, string, string];
const { registry } = await loadPlugins();
const { opened, head, labels, parameters } = await openModel(model, model, registry);
const task = await registry.tasks.get('vtab').open({
  data: registry.tasks.get('vtab').dataSchema.parse({ train: split, test: split }),
  labels,
  inputs: opened.backbone.inputs,
  backboneFiles: opened.files,
  sources: registry.sources.values,
  directory: process.cwd(),
  splits: ['test'],
  warn: (message) => process.stderr.write(`${message}\n`),
});
const images = task.splits.test!;
const { executor } = await startExecutor('wasm', registry.executors.values, () => {});
const batch = await images.load(
  Array.from({ length: images.size }, (_, index) => index),
  { augment: false, seed: 0, epoch: 0 },
);
const run = executor.prepare('logits', runModel.bind(undefined, opened.backbone, head));
const logits = await executor.read(
  await run(uploadRecord(executor, parameters), uploadRecord(executor, batch.input)),
);
const pixels = batch.input['pixel_values']!;
const [, ...shape] = pixels.shape;
const rows = (data: ArrayLike<number>): number[][] => {
  const width = data.length / batch.size;
  return Array.from({ length: batch.size }, (_, row) =>
    Array.from(data).slice(row * width, (row + 1) * width),
  );
};
writeFileSync(
  out,
  JSON.stringify({
    shape,
    images: rows(pixels.data).map((pixelValues, index) => ({ path: `${split} ${index}`, pixelValues })),
    logits: rows(logits.data),
  }),
);

/**
 * Writes a small ViLT or CLIP of random weights as a run saves it, with logits of three images and texts, for
 * `load_vilt_model.py` and `load_clip_model.py` to compare with Hugging Face `transformers`:
 *
 *   node --conditions=@mdpd/source --import tsx tools/oracles/write_image_text_model.ts clip vqa 5 FOLDER LOGITS.json
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { clipProvider } from '@mdpd/backbone-clip/clip-provider';
import { viltProvider } from '@mdpd/backbone-vilt/vilt-provider';
import type { HeadKind, HostTensor, JsonObject } from '@mdpd/core';
import { runModel } from '@mdpd/distill/forward';
import { useBackend } from '@mdpd/tensor/backend';
import { uploadRecord } from '@mdpd/tensor/host';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import { sampleInput } from '@mdpd/testing/backbone/sample-input';
import { modelUnderTest } from '@mdpd/testing/model-under-test';

const [family, kind, outputs, folder, out] = process.argv.slice(2) as [
  string,
  HeadKind,
  string,
  string,
  string,
];
const layers = { num_hidden_layers: 3, num_attention_heads: 4, intermediate_size: 96 };
const text = {
  ...layers,
  vocab_size: 50,
  hidden_size: 32,
  max_position_embeddings: 16,
  eos_token_id: 49,
  bos_token_id: 48,
};
const image = { ...layers, num_hidden_layers: 2, hidden_size: 48, image_size: 32, patch_size: 8 };
const configs: Record<string, JsonObject> = {
  clip: { model_type: 'clip', projection_dim: 24, text_config: text, vision_config: image },
  vilt: { ...image, model_type: 'vilt', vocab_size: 50, max_position_embeddings: 16 },
};

await useBackend('wasm');
const provider = family === 'clip' ? clipProvider : viltProvider;
const backbone = provider.create(configs[family]!);
const { head, parameters, input } = modelUnderTest(provider, backbone, {
  kind,
  outputs: Number(outputs),
  input: sampleInput(50),
});
// Images fill the canvas; every text has an end.
const ids = input['input_ids']!.data;
const tokens = input['input_ids']!.shape[1]!;
for (let row = 0; row < 3; row++) ids[row * tokens] = 1;
if (family === 'clip') for (let row = 0; row < 3; row++) ids[row * tokens + 2 + row] = 49;
input['pixel_mask']?.data.fill(1);
mkdirSync(folder, { recursive: true });
const config = provider.savedConfig(backbone, head, []);
writeFileSync(path.join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
writeSafetensors(path.join(folder, 'model.safetensors'), parameters);
const logits = runModel(backbone, head, uploadRecord(parameters), uploadRecord(input));
const plain = ({ data, shape }: HostTensor) => ({ data: Array.from(data), shape });
const inputs = Object.fromEntries(Object.entries(input).map(([name, tensor]) => [name, plain(tensor)]));
writeFileSync(out, JSON.stringify({ kind, inputs, logits: await logits.array() }));

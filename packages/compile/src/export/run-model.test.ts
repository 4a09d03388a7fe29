import { expect, it } from 'vitest';
import { failureOf } from '../testing/told.ts';
import { openModelFile } from './run-model.ts';

it('says that a file is no model', async () => {
  expect(await failureOf(() => openModelFile(Uint8Array.of(1, 2, 3)))).toMatchInlineSnapshot(`
    "error EXPORT_INVALID
      ONNX Runtime refuses the model: Failed to load model because protobuf parsing failed."
  `);
});

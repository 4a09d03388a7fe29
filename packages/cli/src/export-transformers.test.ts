/** Exported files in the programs that read them: ONNX Runtime, and Transformers.js with its own preprocessing. */
import { readFileSync } from 'node:fs';
import { AutoModelForImageClassification, AutoProcessor, env, pipeline, RawImage, Tensor } from '@huggingface/transformers';
import { readModelFile, type ModelFile } from '@mdpd/compile/testing/model-file';
import { openModelFile } from '@mdpd/compile/export/run-model';
import type { Dataset, HostRecord, ImageSet, Registry } from '@mdpd/core';
import { runModel } from '@mdpd/distill/forward';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwardLogits } from './export-check.ts';
import { openModel, type OpenedModel } from './model-folder.ts';
import { loadPlugins } from './plugins.ts';
import { openTask } from './runnable.ts';
import { createWorkspace, type Workspace } from './testing/workspace.ts';
import { findTarget, type Target } from './target.ts';

/** Every reader of files that others wrote. */
import type { Reader } from '../reader.ts';
import { idx, image, imageFolder, jsonRows, vtabList } from './images.ts';
import { plainPickle, refer } from './pickles.ts';
import { captions, easyVqa, expressions, gqa, mdetr, tableQuestions, vqa } from './questions.ts';
import { modelConfig, recipe, runResult } from './settings.ts';
import { csv, glueTsv, jsonl, jsonTable, parquet, tsv } from './tables.ts';
import { mergesTxt, spiece, tokenizerJson, vocabTxt } from './tokenizers.ts';
import { checkpointIndex, safetensors, torch } from './weights.ts';

export const readers: readonly Reader[] = [
  safetensors,
  torch,
  checkpointIndex,
  plainPickle,
  refer,
  parquet,
  tsv,
  csv,
  jsonl,
  jsonTable,
  glueTsv,
  vqa,
  gqa,
  easyVqa,
  captions,
  mdetr,
  expressions,
  tableQuestions,
  idx,
  jsonRows,
  image,
  imageFolder,
  vtabList,
  tokenizerJson,
  vocabTxt,
  mergesTxt,
  spiece,
  recipe,
  modelConfig,
  runResult,
];

/** Opens referring expressions. */
import type { TaskProvider } from '@mdpd/core';
import { openReader } from '@mdpd/data/image-text/reader';
import { refcocoSchema, type RefcocoData } from './data-schema.ts';
import { openSplits } from './open-splits.ts';
import { createRefcocoTask } from './refcoco-task.ts';
import { wholeImages } from './whole-image.ts';

export const refcocoProvider: TaskProvider<RefcocoData> = {
  name: 'refcoco',
  description:
    'boxes of what an expression refers to: RefCOCO, RefCOCO+, RefCOCOg, or JSONL files of your own',
  dataSchema: refcocoSchema,
  async open(context) {
    const { data } = context;
    const reader = wholeImages(await openReader(context, data));
    const opened = data
      ? await openSplits(context, reader, data)
      : { splits: {}, parts: [], baseline: undefined };
    return createRefcocoTask({ reader, ...opened, metric: data?.metric ?? 'iou' });
  },
};

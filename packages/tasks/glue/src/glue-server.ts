/** What GLUE's server is sent by a model of a task. */
import { MdpdError, type Dataset, type Submission } from '@mdpd/core';
import { outputsOfAnswers } from './answer-task.ts';
import { openGlueSplits } from './glue-splits.ts';
import type { GlueContext } from './glue-tables.ts';
import { findGlueTask, type GlueTask } from './glue-tasks.ts';
import type { TaskEncoder } from './sentence-task.ts';
import { submissionText, writeSubmission } from './submission.ts';

/** Splits of the benchmark's server that a model of the task answers: those of MNLI also AX. */
function serverSplits(task: GlueTask): { key: string; task: GlueTask; split: string; file: string }[] {
  const tasks = task.name === 'mnli' ? [task, findGlueTask('ax')] : [task];
  return tasks.flatMap((owner) =>
    owner.splits.flatMap(({ name, submission }) =>
      submission === undefined
        ? []
        : [{ key: owner === task ? name : owner.name, task: owner, split: name, file: submission }],
    ),
  );
}

function nothingToAnswer({ data }: GlueContext, absent: readonly string[]): MdpdError {
  const place = data.root === undefined ? 'data.source' : 'data.root';
  return new MdpdError('DATA_MISSING', `there is no file for ${absent.join(', nor for ')}`, {
    place,
    fix: `put GLUE's test files there (docs/text.md has the layouts), or name where they are: ${place}=…`,
    exitCode: 2,
  });
}

/** The task's submission; `classes` are its class names in the order of the outputs. */
export function glueSubmission(
  context: GlueContext,
  task: GlueTask,
  classes: readonly string[],
  encoder: TaskEncoder,
): Submission {
  const splits = serverSplits(task);
  const outputsOf = (outputs: Float32Array): Float32Array =>
    'codec' in encoder
      ? outputsOfAnswers(outputs, { codec: encoder.codec, kind: task.kind, labels: classes })
      : outputs;
  return {
    async open() {
      const opened: Record<string, Dataset> = {};
      const absent: string[] = [];
      for (const { key, task: owner, split } of splits) {
        const examples = await openGlueSplits(context, owner, classes).unlabelled(split);
        if (examples) opened[key] = await encoder.dataset(key, examples, 'label');
        else absent.push(`the ${split} split of ${owner.title}`);
      }
      if (Object.keys(opened).length === 0) throw nothingToAnswer(context, absent);
      for (const what of absent) context.warn(`there is no file for ${what}: its answers are left out`);
      return opened;
    },
    write(folder, outputs) {
      const files = splits.flatMap(({ key, task: owner, file }) =>
        outputs[key]
          ? [[file, submissionText(owner, classes, { outputs: outputsOf(outputs[key]) })] as const]
          : [],
      );
      return writeSubmission(folder, Object.fromEntries(files));
    },
  };
}

/** Names of tensors in the order in which a model reads them: embedding, block by block, head, and what is no part of it. */
import type { Backbone, Head, Stage } from '@mdpd/core';

type Model = {
  readonly backbone: Pick<Backbone, 'parameters' | 'blocks'>;
  readonly head: Pick<Head, 'parameters'>;
};

/** The stage of a parameter, or of what stands beside it (`<name>.m`, low-rank updates); undefined: of no part of the model. */
export function stageFinder({ backbone, head }: Model): (name: string) => Stage | undefined {
  const stages = new Map<string, Stage>();
  for (const { name, stage } of [...backbone.parameters, ...head.parameters]) {
    // The names of the modules above it too, the innermost of which counts.
    for (let at = name; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.'))))
      if (!stages.has(at)) stages.set(at, stage);
  }
  const full = new Map([...backbone.parameters, ...head.parameters].map(({ name, stage }) => [name, stage]));
  return (name) => {
    for (let at = name; at.includes('.'); at = at.slice(0, at.lastIndexOf('.'))) {
      const found = full.get(at) ?? (at === name ? undefined : stages.get(at));
      if (found !== undefined) return found;
    }
    return full.get(name);
  };
}

/** `embedding`, `block 3`, `after the blocks`, `head`; or the side network. */
export function stageName(stage: Stage | undefined): string {
  if (typeof stage === 'number') return `block ${stage}`;
  if (stage === undefined) return 'side network';
  return { embed: 'embedding', finish: 'after the blocks', head: 'head' }[stage];
}

/** Sorts names by stage; those of one stage stay in their order. */
export function inStageOrder(names: readonly string[], model: Model): string[] {
  const stageOf = stageFinder(model);
  const { blocks } = model.backbone;
  const rank = (stage: Stage | undefined): number => {
    if (typeof stage === 'number') return stage;
    return stage === 'embed' ? -1 : stage === 'finish' ? blocks : stage === 'head' ? blocks + 1 : blocks + 2;
  };
  return names
    .map((name) => [rank(stageOf(name)), name] as const)
    .sort(([a], [b]) => a - b)
    .map(([, name]) => name);
}

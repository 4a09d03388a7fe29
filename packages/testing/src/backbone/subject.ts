/** What the backbone checks look at. */
import type { Backbone, BackboneProvider, JsonObject } from '@mdpd/core';
import { ensure } from '../check.ts';
import { modelUnderTest, type InputMaker, type ModelUnderTest } from '../model-under-test.ts';

export interface BackboneSubject {
  readonly provider: BackboneProvider;
  /** config.json of at least three different shapes, all of them tiny: every parameter is looked at. */
  readonly configs: readonly JsonObject[];
  /** Configurations that must be refused, each with the text that the command line then prints. */
  readonly broken: readonly { readonly config: JsonObject; readonly text: string }[];
  /** Inputs of a batch; by default normal values for floats, 0 and 1 for everything else. */
  readonly input?: InputMaker;
}

export interface Case extends ModelUnderTest {
  /** Its configuration, for messages. */
  readonly title: string;
  readonly provider: BackboneProvider;
}

/** A model for every configuration. */
export function casesOf({ provider, configs, input }: BackboneSubject): Case[] {
  ensure(configs.length >= 3, 'give at least three configurations');
  return configs.map((config) => {
    const backbone = provider.create(config);
    return { ...modelUnderTest(provider, backbone, { input }), provider, title: JSON.stringify(config) };
  });
}

export function streamNames(backbone: Backbone): string[] {
  return Object.keys(backbone.streams);
}

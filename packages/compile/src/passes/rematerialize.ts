/**
 * Computes cheap values again instead of keeping them: activations that wait from the forward pass to the backward
 * pass, where what they are made of is there anyway.
 *
 * Chosen are values that are alive at the moment when memory is at its peak, those first that save most for their price,
 * as long as the price stays within a share of the graph's own time. Repeated, since the peak moves.
 */
import { createValue, type Graph, type Node, type Value } from '../graph.ts';
import { bytesOf, memoryPeak, memoryOwners, viewOps, type MemoryPeak } from '../lifetimes.ts';
import { productOps, secondsOf } from './cost.ts';
import { removeDeadCode } from './dead-code.ts';

export interface RematerializeOptions {
  /** Share of the graph's time that may be spent again; default 0.12. */
  readonly budget?: number;
  /** Graphs that need less are left alone, in bytes; default 64 MiB. */
  readonly smallestPeak?: number;
  /**
   * Matrix products, which are dear, are computed again freely only while the peak is above this many times what the
   * graph's inputs hold anyway (parameters, moments); default 1.5.
   */
  readonly productsAbove?: number;
  /** Some of them already above this many times; default 0.5. */
  readonly someProductsAbove?: number;
  /** Share of the graph's time for those; default 0.03. */
  readonly someProducts?: number;
}

/** Never again: what draws, scatters or has several large results. */
const never = new Set(['Split', 'ScatterElements']);

const smallestBytes = 2 ** 18;
/** Nodes between two uses from which on it counts as waiting. */
const shortestWait = 60;
const rounds = 4;
const deepest = 6;

export function rematerialize(graph: Graph, options: RematerializeOptions = {}): Graph {
  const { budget = 0.12, smallestPeak = 64 * 2 ** 20 } = options;
  const { productsAbove = 1.5, someProductsAbove = 0.5, someProducts = 0.03 } = options;
  const held = graph.inputs.reduce((sum, { value }) => sum + bytesOf(value), 0);
  const whole = graph.nodes.reduce((sum, node) => sum + secondsOf(node), 0);
  let left: Seconds = { all: budget * whole, products: someProducts * whole };
  let current = graph;
  for (let round = 0; round < rounds; round++) {
    const before = memoryPeak(current);
    if (before.bytes < smallestPeak) return current;
    const plan = new Plan(current, before.node);
    const spent = plan.choose(before, left, {
      products: productsAbove * held,
      some: someProductsAbove * held,
    });
    if (spent.all === 0) return current;
    const next = plan.apply();
    if (memoryPeak(next).bytes >= before.bytes) return current;
    current = next;
    left = { all: left.all - spent.all, products: left.products - spent.products };
  }
  return current;
}

/** Of computing again: in all, and of it what has products in it. */
interface Seconds {
  readonly all: number;
  readonly products: number;
}

/** Bytes of the peak below which no products are computed again beyond their own budget, or none at all. */
interface Enough {
  readonly products: number;
  readonly some: number;
}

interface Choice {
  readonly owner: Value;
  /** Position of the first use after the wait. */
  readonly at: number;
  readonly savedBytes: number;
  readonly seconds: number;
  readonly hasProduct: boolean;
}

interface Price {
  readonly seconds: number;
  /** What must stay alive longer for it. */
  readonly extendedBytes: number;
  readonly hasProduct: boolean;
}

class Plan {
  private readonly graph: Graph;
  private readonly peak: number;
  private readonly ownerOf: (value: Value) => Value;
  private readonly producers = new Map<Value, Node>();
  /** Positions of the nodes that read the memory of a value, ascending; views are no reads. */
  private readonly uses = new Map<Value, number[]>();
  private readonly kept: Set<Value>;
  private readonly inserted = new Map<number, Node[]>();
  /** What stands for a value from a position on. */
  private readonly clones = new Map<Value, { readonly from: number; readonly value: Value }>();
  private mark: number;

  constructor(graph: Graph, peak: number) {
    this.graph = graph;
    this.peak = peak;
    this.ownerOf = memoryOwners(graph);
    this.kept = new Set([...graph.inputs, ...graph.outputs].map(({ value }) => this.ownerOf(value)));
    this.mark = Math.max(0, ...graph.nodes.map((node) => node.mark)) + 1;
    graph.nodes.forEach((node, position) => {
      for (const output of node.outputs) this.producers.set(output, node);
      if (viewOps.has(node.op)) return;
      for (const input of new Set(node.inputs.map((value) => value && this.ownerOf(value)))) {
        if (!input) continue;
        const known = this.uses.get(input);
        if (known) known.push(position);
        else this.uses.set(input, [position]);
      }
    });
  }

  /** Takes what pays, within a budget; products down to a peak of some bytes. Returns what was spent. */
  choose({ alive, bytes }: MemoryPeak, budget: Seconds, enough: Enough): Seconds {
    let [spent, onProducts] = [0, 0];
    let peakBytes = bytes;
    const open = alive.filter((value) => bytesOf(value) >= smallestBytes);
    const ranked = open
      .map((owner) => this.assess(owner))
      .filter((choice) => choice !== undefined)
      .sort((a, b) => b.savedBytes / b.seconds - a.savedBytes / a.seconds);
    for (const { owner } of ranked) {
      // What was chosen before may have changed what is alive.
      const choice = this.assess(owner);
      if (!choice || spent + choice.seconds > budget.all) continue;
      if (choice.hasProduct) {
        const isFree = peakBytes > enough.products;
        if (!isFree && (peakBytes <= enough.some || onProducts + choice.seconds > budget.products)) continue;
        onProducts += choice.seconds;
      }
      spent += choice.seconds;
      peakBytes -= choice.savedBytes;
      this.take(choice);
    }
    return { all: spent, products: onProducts };
  }

  /** The graph with everything chosen. */
  apply(): Graph {
    // First all reads, which may add views, then the nodes.
    const reading = this.graph.nodes.map((node, position) => {
      if (viewOps.has(node.op)) return node;
      const inputs = node.inputs.map((input) => input && this.at(input, position));
      return inputs.some((input, index) => input !== node.inputs[index]) ? { ...node, inputs } : node;
    });
    const nodes = reading.flatMap((node, position) => [...(this.inserted.get(position) ?? []), node]);
    return removeDeadCode({ ...this.graph, nodes });
  }

  private assess(owner: Value): Choice | undefined {
    const producer = this.producers.get(owner);
    const uses = this.uses.get(owner);
    if (!producer || !uses || this.kept.has(owner) || this.clones.has(owner) || never.has(producer.op))
      return undefined;
    const at = uses.find((position) => position >= this.peak);
    const before = uses.findLast((position) => position < this.peak);
    if (at === undefined || before === undefined || at - before < shortestWait) return undefined;
    const price = this.price(owner, at, 0);
    if (!price) return undefined;
    const savedBytes = bytesOf(owner) - price.extendedBytes;
    if (savedBytes < 0.4 * bytesOf(owner)) return undefined;
    return { owner, at, savedBytes, seconds: price.seconds + 1e-6, hasProduct: price.hasProduct };
  }

  /** What it takes to have `value` at a position again. */
  private price(value: Value, at: number, depth: number): Price | undefined {
    const owner = this.ownerOf(value);
    const producer = this.producers.get(owner);
    if (!producer || depth > deepest || never.has(producer.op)) return undefined;
    let seconds = secondsOf(producer);
    let extendedBytes = 0;
    let hasProduct = productOps.has(producer.op);
    for (const input of producer.inputs) {
      if (!input || this.isThere(input, at)) continue;
      const again = this.price(input, at, depth + 1);
      const bytes = bytesOf(this.ownerOf(input));
      // Small things are kept, larger ones computed again where that costs little.
      if (!again || (bytes < smallestBytes && again.seconds > 0)) {
        extendedBytes += bytes;
      } else {
        seconds += again.seconds;
        extendedBytes += again.extendedBytes;
        hasProduct ||= again.hasProduct;
      }
    }
    return { seconds, extendedBytes, hasProduct };
  }

  private isThere(value: Value, at: number): boolean {
    const owner = this.ownerOf(value);
    if (owner.constant || this.kept.has(owner) || !this.producers.has(owner)) return true;
    const clone = this.clones.get(owner);
    if (clone) return clone.from <= at;
    return (this.uses.get(owner)?.at(-1) ?? -1) >= at;
  }

  private take({ owner, at }: Choice): void {
    this.again(owner, at, 0);
    const uses = this.uses.get(owner)!;
    this.uses.set(
      owner,
      uses.filter((position) => position < at),
    );
  }

  /** The value from position `at` on: itself where it is alive, else computed again there. */
  private again(value: Value, at: number, depth: number): Value {
    if (depth > 0 && this.isThere(value, at)) return this.at(value, at);
    const owner = this.ownerOf(value);
    if (owner !== value) return this.viewOf(value, this.again(owner, at, depth));
    const producer = this.producers.get(owner)!;
    const inputs = producer.inputs.map((input) => {
      if (!input) return undefined;
      const price = this.isThere(input, at) ? undefined : this.price(input, at, depth + 1);
      const small = bytesOf(this.ownerOf(input)) < smallestBytes;
      if (!price || (small && price.seconds > 0)) {
        this.extend(input, at);
        return this.at(input, at);
      }
      return this.again(input, at, depth + 1);
    });
    const outputs = producer.outputs.map(({ shape, dtype }) => createValue(shape, dtype));
    this.insert(at, { ...producer, inputs, outputs, mark: this.mark++ });
    producer.outputs.forEach((output, index) => {
      if (output === owner) this.clones.set(owner, { from: at, value: outputs[index]! });
    });
    return this.clones.get(owner)!.value;
  }

  /** A value as a node at `position` reads it. */
  private at(value: Value, position: number): Value {
    const owner = this.ownerOf(value);
    const clone = this.clones.get(owner);
    if (!clone || position < clone.from) return value;
    return owner === value ? clone.value : this.viewOf(value, clone.value);
  }

  private readonly views = new Map<Value, Map<Value, Value>>();

  /** The same view of another memory. */
  private viewOf(view: Value, memory: Value): Value {
    const known = this.views.get(memory)?.get(view);
    if (known) return known;
    const node = this.producers.get(view)!;
    const output = createValue(view.shape, view.dtype);
    const at = this.clones.get(this.ownerOf(view))!.from;
    // A view of a view has the same memory: one step from the owner's shape is enough.
    this.insert(at, {
      ...node,
      inputs: [memory, ...node.inputs.slice(1)],
      outputs: [output],
      mark: this.mark++,
    });
    const all = this.views.get(memory) ?? new Map<Value, Value>();
    this.views.set(memory, all.set(view, output));
    return output;
  }

  private extend(value: Value, at: number): void {
    const owner = this.ownerOf(value);
    const uses = this.uses.get(owner);
    if (uses && uses.at(-1)! < at) uses.push(at);
  }

  private insert(at: number, node: Node): void {
    const nodes = this.inserted.get(at);
    if (nodes) nodes.push(node);
    else this.inserted.set(at, [node]);
  }
}

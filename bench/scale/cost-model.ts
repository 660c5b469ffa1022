/**
 * Computes the cost of operations on Google Cloud, by their fan-out, from the cost of each event. A test compares the calls of an
 * event with those of the real client. docs/scale.md has the tables.
 */

/** The calls to Spanner of one event, and the length of the longest sequence of dependent calls. */
export interface EventCost {
  readonly calls: number;
  readonly hops: number;
  /** The number of commits among the calls: of read-write transactions, and of mutations without a read. */
  readonly commits: number;
}

/** The largest cost of each event: see test/store/spanner-cost.test.ts. */
export const EVENT_COSTS = {
  created: { calls: 2, hops: 2, commits: 1 },
  progressed: { calls: 2, hops: 2, commits: 1 },
  /** Includes the launch of the workflow. */
  waiting: { calls: 8, hops: 8, commits: 3 },
  childEnd: { calls: 5, hops: 4, commits: 2 },
  /** Includes the end of the wait and the RESUME. */
  lastChildEnd: { calls: 9, hops: 5, commits: 3 },
  end: { calls: 3, hops: 3, commits: 2 },
} as const satisfies Readonly<Record<string, EventCost>>;

/** The number of children of a parent. 0 for an operation that does not wait. */
export interface Family {
  readonly children: number;
  /** The setting WAIT_WORKFLOW: `always` launches a workflow for each wait. */
  readonly workflow: boolean;
}

export interface FamilyCost {
  readonly operations: number;
  readonly messagesIn: number;
  /** The completions and the RESUME. */
  readonly messagesOut: number;
  readonly calls: number;
  readonly commits: number;
  readonly executions: number;
}

export function costOf({ children, workflow }: Family): FamilyCost {
  const { created, waiting, childEnd, lastChildEnd, end } = EVENT_COSTS;
  const waits = children > 0 ? 1 : 0;
  const launched = workflow ? waits : 0;
  // A read and a commit record the launch.
  const notLaunched = waits - launched;
  const sum = (of: 'calls' | 'commits') =>
    created[of] * (children + 1) +
    end[of] +
    waits * (waiting[of] + lastChildEnd[of] + childEnd[of] * (children - 1));
  return {
    operations: children + 1,
    messagesIn: 2 * (children + 1) + waits,
    messagesOut: children + 1 + waits,
    calls: sum('calls') - 2 * notLaunched,
    commits: sum('commits') - notLaunched,
    executions: launched,
  };
}

/** List prices in dollars and rates of one node, as of us-central1 without discounts: inputs, to be replaced by your own. */
export interface Prices {
  readonly nodeHour: number;
  readonly nodeReads: number;
  readonly nodeWrites: number;
  /** The planned share of a node's CPU. */
  readonly utilization: number;
  /** A billed kilobyte, published and delivered. Each message counts as at least one kilobyte. */
  readonly pubSubGib: number;
  readonly requestsMillion: number;
  readonly stepsMillion: number;
  /** The steps of one execution that guards a wait of an hour. */
  readonly steps: number;
}

export const LIST_PRICES: Prices = {
  nodeHour: 0.9,
  nodeReads: 22_500,
  nodeWrites: 3_500,
  utilization: 0.65,
  pubSubGib: 40 / 1_024,
  requestsMillion: 0.4,
  stepsMillion: 10,
  steps: 25,
};

/** Returns the number of Spanner nodes for this number of operations per second. */
export function nodesFor(cost: FamilyCost, operationsPerSecond: number, prices = LIST_PRICES): number {
  const families = operationsPerSecond / cost.operations;
  const reads = (cost.calls - cost.commits) / prices.nodeReads;
  return Math.ceil((families * (reads + cost.commits / prices.nodeWrites)) / prices.utilization);
}

/** Returns the dollars per million operations, without CPU time and storage. Spanner's nodes count by their share of full use. */
export function dollarsPerMillion(cost: FamilyCost, prices = LIST_PRICES) {
  const families = 1_000_000 / cost.operations;
  const reads = (cost.calls - cost.commits) / prices.nodeReads;
  const nodeSeconds = (families * (reads + cost.commits / prices.nodeWrites)) / prices.utilization;
  // A message is published once and delivered once.
  const kibibytes = families * (cost.messagesIn + cost.messagesOut) * 2;
  return {
    spanner: (nodeSeconds / 3_600) * prices.nodeHour,
    pubSub: (kibibytes / 1_024 / 1_024) * prices.pubSubGib,
    requests: ((families * cost.messagesIn) / 1_000_000) * prices.requestsMillion,
    workflows: ((families * cost.executions * prices.steps) / 1_000_000) * prices.stepsMillion,
  };
}

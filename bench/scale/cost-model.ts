/**
 * What operations cost on Google Cloud, by their fan-out: pure arithmetic over what each event costs. A test holds the calls
 * of an event against those that the real client makes, and docs/scale.md has the tables.
 */

/** Calls to Spanner of one event, and how many of them stand one after another. */
export interface EventCost {
  readonly calls: number;
  readonly hops: number;
  /** Of the calls: commits of what a transaction has read, and those of blind mutations. */
  readonly commits: number;
}

/** The most that each event costs: see test/store/spanner-cost.test.ts. */
export const EVENT_COSTS = {
  created: { calls: 2, hops: 2, commits: 1 },
  progressed: { calls: 2, hops: 2, commits: 1 },
  /** With the launch of the wait's workflow. */
  waiting: { calls: 8, hops: 8, commits: 3 },
  childEnd: { calls: 5, hops: 4, commits: 2 },
  /** With the end of the wait, and the RESUME. */
  lastChildEnd: { calls: 9, hops: 5, commits: 3 },
  end: { calls: 3, hops: 3, commits: 2 },
} as const satisfies Readonly<Record<string, EventCost>>;

/** A parent with its children; 0 for an operation that does not wait. */
export interface Family {
  readonly children: number;
  /** `always` launches a workflow for each wait (WAIT_WORKFLOW). */
  readonly workflow: boolean;
}

export interface FamilyCost {
  readonly operations: number;
  readonly messagesIn: number;
  /** Completions and the RESUME. */
  readonly messagesOut: number;
  readonly calls: number;
  readonly commits: number;
  readonly executions: number;
}

export function costOf({ children, workflow }: Family): FamilyCost {
  const { created, waiting, childEnd, lastChildEnd, end } = EVENT_COSTS;
  const waits = children > 0 ? 1 : 0;
  const launched = workflow ? waits : 0;
  // Recording the launch is a read and a commit.
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
  /** Of a node's CPU that is planned for. */
  readonly utilization: number;
  /** A billed kilobyte in and out; each message counts for one at least. */
  readonly pubSubGib: number;
  readonly requestsMillion: number;
  readonly stepsMillion: number;
  /** Of one execution that guards a wait of an hour. */
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

/** Spanner nodes for so many operations a second. */
export function nodesFor(cost: FamilyCost, operationsPerSecond: number, prices = LIST_PRICES): number {
  const families = operationsPerSecond / cost.operations;
  const reads = (cost.calls - cost.commits) / prices.nodeReads;
  return Math.ceil((families * (reads + cost.commits / prices.nodeWrites)) / prices.utilization);
}

/** Dollars of a million operations, Spanner's nodes by their share of full use; without CPU time and storage. */
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

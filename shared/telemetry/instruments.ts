/** The metrics. docs/telemetry.md has the same list, which a test compares. Units are those of UCUM. */

export interface Instrument {
  readonly unit: string;
  readonly description: string;
}

export const COUNTERS = {
  'lro.events': { unit: '{event}', description: 'Lifecycle events, by type and outcome' },
  'lro.attempts': {
    unit: '{attempt}',
    description: 'Attempts that were begun, by method; again says which are retries',
  },
  'lro.leases.lost': {
    unit: '{lease}',
    description: 'Attempts that ended because their lease ran out, by method',
  },
  'lro.resumes': {
    unit: '{wait}',
    description: 'Waits that ended and resumed their operation, by cause and by what noticed it',
  },
  'lro.dead_letters': { unit: '{message}', description: 'Messages that can never be applied' },
  'lro.effects.failed': {
    unit: '{effect}',
    description: 'Effects that could not be carried out and stay in the outbox, by kind',
  },
  'lro.executions': {
    unit: '{execution}',
    description:
      'Launches of the wait workflow: launched, or refused because the quota of concurrent executions is used up',
  },
} as const satisfies Record<string, Instrument>;

export const HISTOGRAMS = {
  'lro.event.lag': {
    unit: 's',
    description: 'From the publishing of an event to the commit that applies it, by type',
  },
  'lro.resume.latency': {
    unit: 's',
    description:
      "From what ended a wait (its sleep, its deadline, the publishing of the last child's or notification's event) to the commit that resumes the operation, by cause",
  },
} as const satisfies Record<string, Instrument>;

export const GAUGES = {
  'lro.waits.open': { unit: '{wait}', description: 'Open waits, as each sweep finds them' },
  'lro.executions.held': { unit: '{execution}', description: 'Open waits that a workflow execution holds' },
  'lro.due.backlog': {
    unit: '{operation}',
    description: 'Operations of which something is due that no sweep has done',
  },
  'lro.due.age': { unit: 's', description: 'How long the longest overdue operation has been due' },
  'lro.outbox.backlog': { unit: '{effect}', description: 'Effects in the outbox that are due' },
  'lro.outbox.age': { unit: 's', description: 'How long the longest overdue effect has been due' },
} as const satisfies Record<string, Instrument>;

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;
export type GaugeName = keyof typeof GAUGES;

/** The bounds of latency histograms, in seconds: from a push of milliseconds to a backlog of days. */
export const SECONDS_BOUNDARIES = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600,
  86_400,
];

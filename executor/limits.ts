/** The limits of "Quotas and limits", in one place. Sizes in bytes, durations in milliseconds. */
export const LIMITS = {
  /** Steps of one execution, counted as billed. */
  steps: 100_000,
  assignmentsPerStep: 50,
  conditionsPerSwitch: 50,
  mainParameters: 1,
  callDepth: 20,
  branches: 10,
  /** Branches and iterations of one parallel step that run at once; the rest queue. */
  concurrentBranches: 20,
  parallelDepth: 2,
  collectedBranchErrors: 100,
  expressionLength: 400,
  stringBytes: 256 * 1024,
  variableBytes: 512 * 1024,
  /** Ours, not Google's: deeper values would exhaust the JavaScript stack. */
  valueDepth: 500,
  /**
   * Ours, not Google's: the instructions of a compiled regular expression times the length of its text, and the milliseconds for all
   * matches of one call. The search for the places of matches cannot pause, and hostile expressions would take minutes.
   */
  regexWork: 2 ** 26,
  regexMs: 1000,
  argumentBytes: 32 * 1024,
  sourceBytes: 128 * 1024,
  httpResponseBytes: 2 * 1024 * 1024,
  httpTimeoutMs: 1800 * 1000,
  sleepMs: 365 * 24 * 3600 * 1000,
  executionMs: 365 * 24 * 3600 * 1000,
  /** How long an execution is kept after its end ("Quotas and limits, execution retention"). */
  executionRetentionMs: 90 * 24 * 3600 * 1000,
  /** How long `experimental.executions.run` waits. */
  nestedExecutionMs: 30 * 60 * 1000,
  /** Executions that run at once, sleeping ones included; more wait in state QUEUED ("Quotas, concurrent executions"). */
  concurrentExecutions: 10_000,
  /** Executions that wait in the backlog; more are refused. */
  backlog: 100_000,
} as const;

/** The options of a new execution. */
export interface ExecutionRequest {
  /** JSON text. */
  readonly argument?: string;
  /** Labels beside those of the workflow. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The id of the execution. Default: a random id. */
  readonly id?: string;
  /** The project in the name of the execution. Default: the project of the executor. */
  readonly project?: string;
  /** The location in the name of the execution. Default: the location of the executor. */
  readonly location?: string;
  /** Whether the execution is refused, instead of queued, when the quota of concurrent executions is used up. */
  readonly disableConcurrencyQuotaOverflowBuffering?: boolean;
}

/** A topic of the bus. */
export interface TopicConfig {
  /** Without the project. */
  readonly name: string;
  /** https://cloud.google.com/pubsub/docs/labels */
  readonly labels: Readonly<Record<string, string>>;
}

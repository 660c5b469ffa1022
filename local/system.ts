import type { Executor } from '../executor/index.ts';
import type { LifecycleClient } from '../shared/client/lifecycle-client.ts';
import type { ReceivedMessage } from '../shared/client/received-message.ts';
import type { Tenant } from '../shared/orchestrator/tenants.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';

/** Handles a message. If the promise rejects, the message is delivered again. */
export type MessageHandler = (message: ReceivedMessage) => Promise<void>;

export interface Following {
  /** Stops the delivery and deletes the subscription. */
  stop(): Promise<void>;
}

/** The whole system on this machine, as its users see it. */
export interface LocalSystem {
  /** The store and the bus that the system runs on, to show to users. */
  readonly parts: Readonly<Record<string, string>>;
  /** Whether the system started without data of an earlier run. */
  readonly isNew: boolean;
  /** The URL that serves the whole system. */
  readonly url: string;
  /** The host and port of Pub/Sub: the value of PUBSUB_EMULATOR_HOST for Google's client libraries. */
  readonly pubsubHost: string;
  /** The base URL of the Operations API. */
  readonly operationsUrl: string;
  /** The URL of the function `resume`. */
  readonly resumeUrl: string;
  /** Publishes lifecycle events. */
  readonly lifecycle: LifecycleClient;
  /** Publishes any data to the lifecycle topic. */
  publish(data: Uint8Array, attributes?: Readonly<Record<string, string>>): Promise<void>;
  /** Receives the messages that are published to the topic from now on, through a new subscription. */
  follow(topic: string, onMessage: MessageHandler): Promise<Following>;
  /** The URL of the function `sweep`. */
  readonly sweepUrl: string;
  /** Runs the workflow file. */
  readonly executor: Executor;
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** The port that serves the whole system. If absent, any free port. */
  readonly port?: number;
  /** Whether a child's end resumes its parents at once. If false, the workflow's poll resumes them. */
  readonly push: boolean;
  /** Hosts that events may name, as in the setting ALLOWED_HOSTS. */
  readonly allowedHosts?: readonly string[];
  readonly logLevel?: string;
  /** Off if absent. Functions on emulators configure their telemetry by their environment variables. */
  readonly telemetry?: Telemetry;
  /** The tenants, as in the setting TOPIC_PREFIXES. */
  readonly tenants?: readonly Tenant[];
  /** The entries of the setting REDACT. */
  readonly redact?: readonly string[];
}

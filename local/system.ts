import type { Executor } from '../executor/index.ts';
import type { LifecycleClient } from '../shared/client/lifecycle-client.ts';
import type { ReceivedMessage } from '../shared/client/received-message.ts';
import type { Tenant } from '../shared/orchestrator/tenants.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';

/** Handles a message; rejecting has it delivered again. */
export type MessageHandler = (message: ReceivedMessage) => Promise<void>;

export interface Following {
  /** Ends the delivery, and ends the subscription. */
  stop(): Promise<void>;
}

/** The whole product on this machine, as its users see it. */
export interface LocalSystem {
  /** The parts that the system runs on, to show to users. */
  readonly parts: Readonly<Record<string, string>>;
  /** Whether the system starts without the data of an earlier run. */
  readonly isNew: boolean;
  /** The URL that serves the whole system. */
  readonly url: string;
  /** Host and port of Pub/Sub, as PUBSUB_EMULATOR_HOST has it for Google's client libraries. */
  readonly pubsubHost: string;
  /** The base URL of the Operations API. */
  readonly operationsUrl: string;
  /** The URL of the function `resume`. */
  readonly resumeUrl: string;
  /** Publishes lifecycle events. */
  readonly lifecycle: LifecycleClient;
  /** Publishes any data to the lifecycle topic. */
  publish(data: Uint8Array, attributes?: Readonly<Record<string, string>>): Promise<void>;
  /** Receives what is published to the topic from now on, through a subscription of its own. */
  follow(topic: string, onMessage: MessageHandler): Promise<Following>;
  /** The URL of the function `sweep`. */
  readonly sweepUrl: string;
  /** Runs the workflow file. */
  readonly executor: Executor;
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** The port that serves the whole system. Absent, the system takes any free port. */
  readonly port?: number;
  /** Whether a child's end resumes its parents at once; off, the workflow's poll does it. */
  readonly push: boolean;
  /** Hosts that events may name, as in the setting ALLOWED_HOSTS. */
  readonly allowedHosts?: readonly string[];
  readonly logLevel?: string;
  /** Off where absent. The processes of functions on emulators configure theirs by their environment. */
  readonly telemetry?: Telemetry;
  /** The tenants, as in the setting TOPIC_PREFIXES. */
  readonly tenants?: readonly Tenant[];
  /** The entries of the setting REDACT. */
  readonly redact?: readonly string[];
}

import { createRequire } from 'node:module';
import type { protos } from '@google-cloud/pubsub';
import protobuf from 'protobufjs/light.js';

/** The .proto files that Google's client library contains, in the JSON form of protobufjs. */
const PROTOS = '@google-cloud/pubsub/build/protos/protos.json';

/** Pub/Sub's services and messages. */
export const pubsubSchema = protobuf.Root.fromJSON(createRequire(import.meta.url)(PROTOS));

type V1 = typeof protos.google.pubsub.v1;

/** A decoded message of `google.pubsub.v1`: every field has its value or its default. */
export type PubSubMessage<Name extends keyof V1> = V1[Name] extends abstract new (
  ...parameters: never
) => infer Message
  ? Message
  : never;

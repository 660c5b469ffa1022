/** gRPC: every method of google.longrunning.Operations and of Pub/Sub, with messages of the .proto files and with damaged bytes. */
import { Client, credentials, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import type protobuf from 'protobufjs';
import { pubsubSchema } from '../../../local/bus/grpc/pubsub-schema.ts';
import { schema } from '../../../shared/messages/schema.ts';
import { startFuzzedSystem } from '../fuzzed-system.ts';
import { messages } from '../inputs/from-proto.ts';
import { type Json, mutated } from '../inputs/hostile.ts';
import type { Target } from '../target.ts';

interface GrpcCall {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The deadline of calls, and of calls that wait, in milliseconds. */
const DEADLINE_MS = 5_000;
const HELD_MS = 100;
const HELD = /WaitOperation|Pull$/;
const SERVICES = [
  schema.lookupService('google.longrunning.Operations'),
  pubsubSchema.lookupService('google.pubsub.v1.Publisher'),
  pubsubSchema.lookupService('google.pubsub.v1.Subscriber'),
];

export const GRPC: Target<GrpcCall> = {
  name: 'grpc',
  async open() {
    const system = await startFuzzedSystem();
    const client = (address: string) => new Client(address, credentials.createInsecure());
    const operations = client(system.grpcAddress);
    const pubsub = client(system.pubsubHost ?? '');
    const methods = SERVICES.flatMap(({ methodsArray }) => methodsArray);
    return {
      routes: methods.map(pathOf),
      // Made once: to make what a method takes for each input anew costs more than the call.
      inputs: fc.oneof(...methods.map(callOf)),
      async feed({ path, bytes }) {
        const code = await send(path.includes('longrunning') ? operations : pubsub, path, bytes);
        if (code === status.INTERNAL || code === status.UNKNOWN)
          throw new Error(`is answered ${status[code]}`);
        return `${path} ${status[code]}`;
      },
      show: ({ path, bytes }) => `${path}\nbase64: ${Buffer.from(bytes).toString('base64')}`,
      async close() {
        operations.close();
        pubsub.close();
        await system.stop();
      },
    };
  },
};

const pathOf = ({ parent, name }: protobuf.Method) => `/${parent?.fullName.slice(1)}/${name}`;

function callOf(method: protobuf.Method): fc.Arbitrary<GrpcCall> {
  method.resolve();
  const type = method.resolvedRequestType;
  if (!type) throw new TypeError(`${method.name} has no request.`);
  const valid = fc.oneof(messages(type), messages(type, { isSparse: true }));
  const whole = mutated(valid).map((value) => encoded(type, value));
  const damage = fc.tuple(whole, fc.nat(), fc.uint8Array({ maxLength: 6 })).map(([bytes, at, put]) => {
    const place = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + 1)]);
  });
  const path = pathOf(method);
  return fc
    .oneof({ weight: 3, arbitrary: whole }, { weight: 1, arbitrary: damage })
    .map((bytes) => ({ path, bytes }));
}

/** Values that protobufjs cannot encode become an empty message. */
function encoded(type: protobuf.Type, value: Json): Uint8Array {
  try {
    return type.encode(type.fromObject(value as object)).finish();
  } catch {
    return new Uint8Array();
  }
}

/** Sends one message and ends the client's stream, for every kind of method. */
function send(client: Client, path: string, bytes: Uint8Array): Promise<status> {
  const same = (message: Uint8Array) => Buffer.from(message);
  const deadline = Date.now() + (HELD.test(path) ? HELD_MS : DEADLINE_MS);
  return new Promise((resolve) => {
    const call = client.makeBidiStreamRequest(path, same, same, { deadline });
    call.on('data', () => {});
    call.on('error', () => {});
    call.on('status', ({ code }) => resolve(code));
    call.write(bytes);
    call.end();
  });
}

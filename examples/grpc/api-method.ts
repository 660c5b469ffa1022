/**
 * An API method that returns a google.longrunning.Operation (AIP-151), over gRPC. Clients poll it at the same server with any
 * client library of Google's.
 *
 *   npm start
 *   OPERATIONS_URL=http://localhost:8080 npx tsx examples/report.ts
 *   OPERATIONS_URL=http://localhost:8080 npx tsx examples/grpc/api-method.ts
 */
import { fileURLToPath } from 'node:url';
import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type ApiError, createOperations, type OperationResource } from 'lro-orchestrator';
import { isMain } from '../main-module.ts';
import { report } from '../report.ts';

export const services = loadSync('reports.proto', {
  includeDirs: ['.', '../../proto'].map((folder) => fileURLToPath(new URL(folder, import.meta.url))),
});

export function reportsServer(operationsUrl: string): grpc.Server {
  const lro = createOperations({ url: operationsUrl });
  const server = new grpc.Server();
  server.addService(services['example.v1.Reports'] as grpc.ServiceDefinition, {
    createReport: unary(async ({ pages, requestId }: { pages: string[]; requestId: string }) => {
      const { name } = await lro.create(report, { pages }, requestId ? { requestId } : {});
      return { name };
    }),
  });
  server.addService(services['google.longrunning.Operations'] as grpc.ServiceDefinition, {
    getOperation: unary(async ({ name }: { name: string }) => message(await lro.get(name))),
  });
  return server;
}

function unary<Q>(answer: (request: Q) => Promise<object>): grpc.handleUnaryCall<Q, object> {
  const refusal = ({ code, message }: ApiError) => ({ code: grpc.status[code], details: message });
  return ({ request }, reply) =>
    answer(request).then(
      (response) => reply(null, response),
      (error) => reply(refusal(error)),
    );
}

function message({ name, done, metadata, response, error }: OperationResource): object {
  const status = error && { code: grpc.status[error.code], message: error.message };
  return { name, done, metadata: any(metadata), ...(response && { response: any(response) }), error: status };
}

function any(json: object) {
  const value = toBinary(StructSchema, fromJson(StructSchema, json as JsonObject));
  return { type_url: 'type.googleapis.com/google.protobuf.Struct', value };
}

if (isMain(import.meta.url)) {
  const server = reportsServer(process.env.OPERATIONS_URL ?? 'http://localhost:8080');
  server.bindAsync('127.0.0.1:8082', grpc.ServerCredentials.createInsecure(), () => {});
}

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { exportOperation } from '../../orchestrator/export-operation.ts';
import { Failure } from '../../orchestrator/ports/failure.ts';
import { recordToJson } from '../export.ts';
import { checkedName } from '../request-name.ts';
import { ON_OPERATION, type StreamingMethod } from './method.ts';

/**
 * Exports everything that is kept of an operation, one JSON object for each line. The last line has the kind `end` and the number
 * of lines before it. An export without this line is incomplete.
 */
export const exportOne: StreamingMethod = {
  http: 'GET',
  path: `${ON_OPERATION}:export`,
  action: 'administer',
  async stream({ orchestrator, name, gone, isConsole }, response) {
    const signal = gone();
    if (isConsole && !orchestrator.policy.redaction.isOff) {
      throw new Failure(
        'permission',
        'The console cannot export payloads. Use the Operations API, by lro export',
      );
    }
    let records = 0;
    for await (const record of exportOperation(orchestrator, checkedName(name))) {
      // The first record is read before the status is sent, so that an unknown operation is answered 404.
      if (records === 0) begin(response);
      if (response.req.method === 'HEAD' || signal.aborted) break;
      records += 1;
      await write(response, recordToJson(record), signal);
    }
    if (response.req.method !== 'HEAD' && !signal.aborted)
      await write(response, { kind: 'end', records }, signal);
    response.end();
  },
};

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
}

/** Waits for a slow reader, so that at most one record is in memory besides the buffer of the connection. */
async function write(response: ServerResponse, line: object, signal: AbortSignal): Promise<void> {
  if (response.write(`${JSON.stringify(line)}\n`) || signal.aborted) return;
  await once(response, 'drain', { signal });
}

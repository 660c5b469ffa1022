/** A push worker in a process of its own, whose step goes on until it is stopped. Prints its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handler, operation } from 'lro-orchestrator/worker';
import { slow } from './served-operations.ts';

const worker = operation(slow).steps({
  start: (op) =>
    new Promise((_, reject) => {
      console.log('begun');
      op.signal.addEventListener('abort', () => reject(op.signal.reason));
    }),
});
const server = createServer(handler([worker], { authentication: 'none', graceTime: '100ms' }));
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`));

import { expect, it } from 'vitest';
import { PutOffs } from '../../shared/worker/put-offs.ts';

it('the memory of the reasons that were logged is bounded', async () => {
  const logged: string[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (message: string) => void logged.push(message) };
  const putOffs = new PutOffs(log, async () => false);
  const message = { data: new Uint8Array(), attributes: {}, ack() {}, putOff() {} };
  const leave = (reason: string) => putOffs.leave(message, reason);
  await leave('first');
  await leave('first');
  expect(logged).toHaveLength(1);
  for (let value = 1; value <= 1_000; value++) await leave(`its schema refuses it: received ${value}`);
  await leave('first');
  expect(logged).toHaveLength(1_002);
});

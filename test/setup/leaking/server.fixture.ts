import { once } from 'node:events';
import { createServer } from 'node:net';
import { it } from 'vitest';

it('starts a server that nothing closes', async () => {
  await once(createServer().listen(0, '127.0.0.1'), 'listening');
});

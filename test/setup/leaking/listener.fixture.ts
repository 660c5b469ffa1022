import { it } from 'vitest';

it('listens to a signal', () => {
  process.on('SIGTERM', () => undefined);
});

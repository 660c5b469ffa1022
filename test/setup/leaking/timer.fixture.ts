import { it } from 'vitest';

it('starts a timer that nothing clears', () => {
  setInterval(() => undefined, 60_000);
});

import { it } from 'vitest';

it('sets a global', () => {
  Object.assign(globalThis, { leaked: true });
});

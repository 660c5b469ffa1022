import { describe, expect, it } from 'vitest';
import { newName, put, running } from './fixtures.ts';
import { IMPLEMENTATIONS } from './implementations.ts';

for (const { name: implementation, available, open } of IMPLEMENTATIONS) {
  describe.skipIf(!available)(`close: ${implementation}`, () => {
    it('finishes calls that have begun, and refuses new ones', async () => {
      const { store, dispose } = await open();
      const name = newName();
      await put(store, running(name));
      await dispose();
      await expect(put(store, running(name))).rejects.toThrow();
    });

    it('makes a later read fail, and does not end the process', async () => {
      const { store, dispose } = await open();
      await dispose();
      await expect(store.operation(newName())).rejects.toThrow();
    });
  });
}

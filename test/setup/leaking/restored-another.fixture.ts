import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

// Two files have this content, so whichever of them is the second sees what the first left.
it('changes what is restored, and finds nothing of it changed before', () => {
  expect(process.env.LEAKED).toBeUndefined();
  expect(process.env.CHANGED).toBe('as it was');
  expect(process.cwd()).not.toMatch(/node_modules$/);
  expect(vi.isFakeTimers()).toBe(false);
  expect(vi.isMockFunction(Math.random)).toBe(false);

  process.env.LEAKED = 'yes';
  process.env.CHANGED = 'changed';
  process.chdir(join(process.cwd(), 'node_modules'));
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

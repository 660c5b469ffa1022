import { spawn } from 'node:child_process';
import { it } from 'vitest';

it('starts a process that nothing ends', () => {
  // It ends with the worker, which holds the other side of the pipe.
  spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
});

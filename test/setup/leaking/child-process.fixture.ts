import { spawn } from 'node:child_process';
import { it } from 'vitest';

it('starts a process that nothing ends', () => {
  // The process ends with the worker, which holds the other end of the pipe.
  spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
});

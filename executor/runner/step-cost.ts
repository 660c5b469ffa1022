import type { Operation } from '../program/program.ts';

/**
 * What counts as a billed step ("Best practices, optimize usage": assign, return, jump, switch, loop start and
 * iteration, call, raise, try, retry, except, parallel spawn). The page counts a `try` around one call as three
 * steps. This table counts them as the call, entering the block, and leaving the block.
 */
export const stepCost = {
  jump: 1,
  iteration: 1,
  spawn: 1,
  retry: 1,
  except: 1,
  of(operation: Operation): number {
    switch (operation.kind) {
      case 'steps':
      case 'jump':
        return 0;
      case 'try':
        return 2;
      case 'assign':
      case 'call':
      case 'switch':
      case 'for':
      case 'parallel':
      case 'raise':
      case 'return':
        return 1;
    }
  },
} as const;

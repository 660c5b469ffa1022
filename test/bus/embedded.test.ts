import { describe } from 'vitest';
import { busContract } from './bus-contract.ts';
import { serveBus } from './embedded-bus.ts';

describe('embedded bus in memory', () => {
  busContract(() => serveBus());
});

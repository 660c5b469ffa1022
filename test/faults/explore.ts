/** Plays worlds one after the other, each with other faults. */

import { seeded } from '../../testing/explore/seeded.ts';
import { FAULT_KINDS, type FaultKind, faultAt, faultsAtRandom, type PortCall } from './faults.ts';
import { Violation } from './invariants/always.ts';
import type { Mutation } from './mutation.ts';
import type { Scenario } from './scenario.ts';
import { sequence } from './sequence.ts';
import { World } from './world/world.ts';

export interface Finding {
  readonly scenario: string;
  /** The broken rule, the place, and the seed of a random world. */
  readonly fault: string;
  readonly rule: string;
  readonly message: string;
}

export interface Exploration {
  readonly scenario: string;
  /** The calls of ports in a run without faults. */
  readonly points: number;
  readonly runs: number;
  readonly findings: readonly Finding[];
}

export interface EnumerateOptions {
  readonly kinds?: readonly FaultKind[];
  /** Only every nth point. Default: every point. */
  readonly stride?: number;
  readonly offset?: number;
  readonly mutation?: Mutation;
  /** Ends with the first finding. */
  readonly untilFound?: boolean;
}

/** Each fault at each call that a run without faults makes. */
export async function enumerate(scenario: Scenario, options: EnumerateOptions = {}): Promise<Exploration> {
  const { kinds = FAULT_KINDS, stride = 1, offset = 0, mutation, untilFound = false } = options;
  const findings: Finding[] = [];
  const calls: PortCall[] = [];
  const look = async (fault: string, run: () => Promise<World>) => {
    const finding = await tried(scenario, fault, async () => void calls.push(...(await run()).calls));
    if (finding) findings.push(finding);
  };
  await look('none', () => World.run(scenario, { mutation }));
  const points = [...calls];
  let runs = 1;
  for (let index = offset; index < points.length; index += stride) {
    for (const kind of kinds) {
      if (untilFound && findings.length > 0) break;
      runs++;
      calls.length = 0;
      const fault = `${points[index]?.what} (call ${index}) ${kind}`;
      await look(fault, () => World.run(scenario, { plan: faultAt(index, kind), mutation }));
    }
  }
  return { scenario: scenario.name, points: points.length, runs, findings };
}

export interface RandomOptions {
  readonly seed: number;
  /** The probability of a fault at each call. */
  readonly probability?: number;
  readonly processes?: number;
  readonly mutation?: Mutation;
}

/** One world in which the bus is chaotic, processes interleave, and calls go wrong at random. */
export async function atRandom(scenario: Scenario, options: RandomOptions): Promise<Finding | undefined> {
  const { seed, probability = 0.02, processes = 2, mutation } = options;
  const random = seeded(seed);
  const fault = `seed ${seed}, ${processes} processes, probability ${probability}`;
  return tried(scenario, fault, () =>
    World.run(scenario, {
      plan: faultsAtRandom(random, probability),
      seed,
      processes,
      chaos: true,
      mutation,
    }),
  );
}

const PROBABILITIES = [0.01, 0.03, 0.06, 0.1];

/** Plays the world of this scenario and seed. The seed also decides the probability of faults. */
export function ofSeed(scenario: Scenario, seed: number): Promise<Finding | undefined> {
  return atRandom(scenario, { seed, probability: PROBABILITIES[seed % PROBABILITIES.length] });
}

/** Plays the random event sequence of this seed, on two processes and a chaotic bus. Every second sequence has no port faults. */
export function sequenceOfSeed(seed: number): Promise<Finding | undefined> {
  const scenario = sequence(seed);
  return seed % 2 === 0 ? atRandom(scenario, { seed, probability: 0 }) : ofSeed(scenario, seed);
}

async function tried(
  { name }: Scenario,
  fault: string,
  run: () => Promise<unknown>,
): Promise<Finding | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return { scenario: name, fault, rule: error instanceof Violation ? error.rule : 'no error', message };
  }
}

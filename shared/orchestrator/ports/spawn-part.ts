import type { SpawnedChild } from '../../lifecycle/spawn.ts';
import type { WaitRef } from '../../lifecycle/wait.ts';

/** A part of the children that a wait spawns, which one transaction creates. */
export interface WaitPartRef extends WaitRef {
  readonly part: number;
}

export interface SpawnPart extends WaitPartRef {
  readonly children: readonly SpawnedChild[];
}

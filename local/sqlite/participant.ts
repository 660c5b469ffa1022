/** Takes part in every transaction of the commit queue, besides the tasks. */
export interface Participant {
  /** Called when the transaction has begun. */
  begin?(): void;
  /**
   * Writes the rows that tasks deferred to the end of the transaction, because many rows cost less together. Called before the
   * commit, and before a read of these rows; tasks may defer further rows afterwards.
   */
  end?(): void;
  /** Called when the commit has begun. It may not be durable yet, and `rolledBack` follows if it is lost. */
  committed?(): void;
  /**
   * Called when the transaction was rolled back. `ranAhead`: the transaction contained tasks that ran ahead of the disk, so notes
   * that rest on their decisions are invalid too. Other tasks of the transaction may be committed again before the lead ends.
   */
  rolledBack?(ranAhead: boolean): void;
  /** Called when the synchronization of everything that is committed begins. */
  syncing?(): void;
  /** Called when that synchronization has succeeded: everything that it covered is durable. */
  synced?(): void;
}

/** Calls all participants, in the order in which they joined. */
export class Participants implements Required<Participant> {
  readonly #all: Participant[] = [];

  join(participant: Participant): void {
    this.#all.push(participant);
  }

  begin(): void {
    for (const participant of this.#all) participant.begin?.();
  }

  end(): void {
    for (const participant of this.#all) participant.end?.();
  }

  committed(): void {
    for (const participant of this.#all) participant.committed?.();
  }

  rolledBack(ranAhead: boolean): void {
    for (const participant of this.#all) participant.rolledBack?.(ranAhead);
  }

  syncing(): void {
    for (const participant of this.#all) participant.syncing?.();
  }

  synced(): void {
    for (const participant of this.#all) participant.synced?.();
  }
}

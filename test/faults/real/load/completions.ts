import { createHash } from 'node:crypto';
import type { Target } from './target.ts';

/** The completions of the whole run. A second completion of an operation must have the same event id. */
export class Completions {
  readonly #target: Target;
  /** By operation, a short form of its event id, which takes less memory over an hour. */
  readonly #eventIds = new Map<string, string>();
  readonly #waiting = new Map<string, () => void>();
  readonly #doubled = new Set<string>();
  #repeats = 0;

  constructor(target: Target) {
    this.#target = target;
  }

  /** The number of repeated completions with the same event id, which the contract allows. */
  get repeats(): number {
    return this.#repeats;
  }

  get count(): number {
    return this.#eventIds.size;
  }

  /** Whether the completion of the operation has arrived. */
  has(operation: string): boolean {
    return this.#eventIds.has(operation);
  }

  follow(): Promise<void> {
    return this.#target.consume('operation-completions-local', ({ attributes = {} }) => {
      const { operation = '', eventId = '' } = attributes;
      const id = createHash('sha256').update(eventId).digest('base64').slice(0, 12);
      const known = this.#eventIds.get(operation);
      if (known === undefined) this.#eventIds.set(operation, id);
      else if (known === id) this.#repeats++;
      else this.#doubled.add(operation);
      this.#waiting.get(operation)?.();
      this.#waiting.delete(operation);
    });
  }

  /** Resolves once the completion of the operation has arrived. */
  async of(operation: string): Promise<void> {
    if (this.#eventIds.has(operation)) return;
    await new Promise<void>((wake) => this.#waiting.set(operation, wake));
  }

  /** One sentence for each operation that was completed under more than one event id. */
  doubled(): string[] {
    return [...this.#doubled].map((name) => `${name} was completed under more than one event id`);
  }
}

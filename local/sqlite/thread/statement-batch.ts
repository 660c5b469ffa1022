import type { SqlValue } from '../connection.ts';

/** The number that stands for the beginning of a transaction. thread.mjs has it too. */
const BEGIN = 0;

/** Statements in the form in which they are sent: one flat array is copied four times as fast as an array for each statement. */
export interface SentBatch {
  /** The statements that the thread does not know yet, with their numbers. */
  readonly sql: readonly (readonly [number: number, text: string])[];
  /** For each statement its number, the number of its values, and the values. Bytes are represented by their length. */
  readonly values: readonly (string | number | null)[];
  /** The indexes of `values` that represent bytes. */
  readonly bytesAt: readonly number[];
  /**
   * All bytes, one after the other: a view alone would be copied together with the whole buffer that it is a part of. The buffer goes to
   * the thread without a copy. undefined if there are no bytes.
   */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** Collects statements until they are sent to the thread. */
export class StatementBatch {
  readonly #numbers = new Map<string, number>();
  #sql: [number, string][] = [];
  #values: (string | number | null)[] = [];
  #bytesAt: number[] = [];
  #bytes: Uint8Array[] = [];

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** The number of values of all statements, each with its number and the number of its values. */
  get length(): number {
    return this.#values.length;
  }

  /** Returns the number of a statement. A statement is sent once; the set of statements of a program is small. */
  numberOf(sql: string): number {
    const known = this.#numbers.get(sql);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(sql, number);
    this.#sql.push([number, sql]);
    return number;
  }

  begin(): void {
    this.#values.push(BEGIN, 0);
  }

  add(number: number, values: readonly SqlValue[]): void {
    this.#values.push(number, values.length);
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as SqlValue;
      if (value instanceof Uint8Array) {
        this.#bytesAt.push(this.#values.length);
        this.#bytes.push(value);
        this.#values.push(value.byteLength);
      } else this.#values.push(value);
    }
  }

  /** Returns the collected statements, and forgets them. undefined if there are none. */
  take(): SentBatch | undefined {
    if (this.isEmpty) return undefined;
    const taken: SentBatch = {
      sql: this.#sql,
      values: this.#values,
      bytesAt: this.#bytesAt,
      bytes: joined(this.#bytes),
    };
    this.#sql = [];
    this.drop();
    return taken;
  }

  /** Forgets the collected statements. */
  drop(): void {
    this.#values = [];
    this.#bytesAt = [];
    this.#bytes = [];
  }
}

/** Not by `Buffer.concat`, whose buffer may belong to Node's pool and then cannot be handed over. */
function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> | undefined {
  if (parts.length === 0) return undefined;
  let length = 0;
  for (const { byteLength } of parts) length += byteLength;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}

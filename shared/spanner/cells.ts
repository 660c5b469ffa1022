/** A row as the client library returns it without its JSON option. */
export type Row = readonly { readonly name: string; readonly value: unknown }[];

/** Converts the cells of one row to the values of the core, by column. NULL becomes undefined. */
export interface Cells {
  text(column: string): string | undefined;
  int(column: string): number | undefined;
  /** Milliseconds since the epoch. */
  time(column: string): number | undefined;
  bytes(column: string): Uint8Array | undefined;
  /** The message's bytes. */
  proto(column: string): Uint8Array | undefined;
  json(column: string): unknown;
  bool(column: string): boolean | undefined;
  /** An array of texts; empty for NULL. */
  texts(column: string): readonly string[];
  /** An array of structs; empty for NULL. */
  structs(column: string): readonly Cells[];
}

export function cellsOf(row: Row): Cells {
  return new RowCells(row);
}

class RowCells implements Cells {
  readonly #values = new Map<string, unknown>();

  constructor(row: Row) {
    for (const { name, value } of row) this.#values.set(name, value ?? undefined);
  }

  text(column: string): string | undefined {
    return this.#values.get(column) as string | undefined;
  }

  int(column: string): number | undefined {
    const digits = this.#wrapped<string>(column);
    return digits === undefined ? undefined : Number(digits);
  }

  time(column: string): number | undefined {
    return (this.#values.get(column) as Date | undefined)?.getTime();
  }

  bytes(column: string): Uint8Array | undefined {
    return this.#values.get(column) as Uint8Array | undefined;
  }

  proto(column: string): Uint8Array | undefined {
    return this.#wrapped<Uint8Array>(column);
  }

  json(column: string): unknown {
    return this.#values.get(column);
  }

  bool(column: string): boolean | undefined {
    return this.#values.get(column) as boolean | undefined;
  }

  texts(column: string): readonly string[] {
    return (this.#values.get(column) as readonly string[] | undefined) ?? [];
  }

  structs(column: string): readonly Cells[] {
    return ((this.#values.get(column) as readonly Row[] | undefined) ?? []).map(cellsOf);
  }

  /** The Int and ProtoMessage of the client library have the transmitted value under `value`. */
  #wrapped<T>(column: string): T | undefined {
    return (this.#values.get(column) as { readonly value: T } | undefined)?.value;
  }
}

/** A cell of a column that is NOT NULL. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('A cell of a required column is NULL.');
  return value;
}

/** The values of a row to write, by column. The client library encodes integers and Dates itself. */
export type RowValues = Readonly<Record<string, string | number | boolean | Date | Buffer | null>>;

export function timeValue(millis: number): Date;
export function timeValue(millis: number | undefined): Date | null;
export function timeValue(millis: number | undefined): Date | null {
  return millis === undefined ? null : new Date(millis);
}

/** BYTES, and also PROTO, which is written as the bytes of its message. */
export function bytesValue(bytes: Uint8Array): Buffer;
export function bytesValue(bytes: Uint8Array | undefined): Buffer | null;
export function bytesValue(bytes: Uint8Array | undefined): Buffer | null {
  return bytes === undefined ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The part of a database that deploy.sh reads: its DDL statements, and the recorded schema files. */
export class SpannerTables {
  #statements = new Set<string>();
  #versions: string[] = [];

  /** For a test that begins with an existing database. */
  set(statements: readonly string[], versions: readonly string[]): void {
    this.#statements = new Set(statements);
    this.#versions = [...versions];
  }

  clear(): void {
    this.set([], []);
  }

  get versions(): readonly string[] {
    return this.#versions;
  }

  /** IF NOT EXISTS: what is there is not made twice. */
  apply(ddl: string): void {
    for (const line of ddl.split('\n')) this.#statements.add(line.replace(' IF NOT EXISTS', ''));
  }

  describe(): string {
    return `${[...this.#statements].join('\n')}\n`;
  }

  record(sql: string): void {
    this.#versions.push(...[...sql.matchAll(/'([^']*)'/g)].map(([, version]) => version ?? ''));
  }

  /** All rows in one line, as `value(rows.flatten())` prints them. */
  listVersions(): string {
    return `${this.#versions.join(',')}\n`;
  }
}

import { readdir, readFile } from 'node:fs/promises';
import { codeOf } from '../orchestrator/google-error.ts';
import type { Connection } from './connection.ts';
import { connect, type SpannerLocation } from './database.ts';
import { CREATE_PROTO_BUNDLE, protoDescriptors } from './descriptors.ts';
import { createEmulatorInstance, onEmulator } from './emulator.ts';
import { ALREADY_EXISTS } from './failures.ts';
import { type Tables, tablesOf } from './tables.ts';

/** A numbered DDL file. A released file never changes, and each of its statements can run twice. */
export interface SchemaVersion {
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * Upgrades the database to the newest schema, and creates the database if it does not exist. Returns the names of the applied files.
 * Running it again changes nothing, and completes a run that was interrupted.
 */
export async function applySchema(location: SpannerLocation): Promise<readonly string[]> {
  const connection = await connect(location);
  try {
    if (onEmulator()) await createEmulatorInstance(connection.spanner, location.instance);
    const tables = tablesOf(location.table);
    const versions = await schemaVersions(tables.operations);
    const known = (await exists(connection)) ? await appliedVersions(connection, tables) : undefined;
    const missing = versions.filter(({ name }) => !known?.versions.has(name));
    if (missing.length === 0) return [];
    const statements = [
      ...(known?.bundle ? [] : [CREATE_PROTO_BUNDLE]),
      versionsTable(tables),
      ...missing.flatMap((version) => version.statements),
    ];
    if (known) await updateDatabase(connection, statements);
    // Another process created the database meanwhile, so its schema is read again.
    else if (!(await createDatabase(connection, statements))) return await applySchema(location);
    const names = missing.map(({ name }) => name);
    await recordVersions(connection, tables, names);
    return names;
  } finally {
    await connection.close();
  }
}

/** Returns the numbered files in order, with the table name filled in. */
export async function schemaVersions(table: string): Promise<readonly SchemaVersion[]> {
  const folder = new URL('./schema/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8');
      return { name: name.replace(/\.sql$/, ''), statements: statementsOf(text, table) };
    }),
  );
}

function statementsOf(text: string, table: string): readonly string[] {
  return text
    .replace(/--.*$/gm, '')
    .replaceAll('{table}', table)
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

function versionsTable({ schemaVersions }: Tables): string {
  return `CREATE TABLE IF NOT EXISTS ${schemaVersions} (
    Version STRING(MAX) NOT NULL,
    ApplyTime TIMESTAMP NOT NULL,
  ) PRIMARY KEY (Version)`;
}

async function exists({ database }: Connection): Promise<boolean> {
  const [found] = await database.exists();
  return found;
}

async function appliedVersions({ database }: Connection, { schemaVersions }: Tables) {
  const [statements] = await database.getSchema();
  const has = (start: RegExp) => statements.some((statement) => start.test(statement));
  const bundle = has(/^CREATE PROTO BUNDLE/);
  if (!has(new RegExp(`^CREATE TABLE \`?${schemaVersions}\\b`)))
    return { bundle, versions: new Set<string>() };
  const [rows] = await database.table(schemaVersions).read({ columns: ['Version'], keySet: { all: true } });
  return { bundle, versions: new Set(rows.map((row) => String(row.toJSON().Version))) };
}

/** Returns whether this call created the database. */
async function createDatabase({ instance, database }: Connection, statements: string[]): Promise<boolean> {
  try {
    const [, operation] = await instance.createDatabase(database.id ?? '', {
      extraStatements: statements,
      protoDescriptors: Buffer.from(protoDescriptors()),
    });
    await operation.promise();
    return true;
  } catch (error) {
    if (codeOf(error) === ALREADY_EXISTS) return false;
    throw error;
  }
}

async function updateDatabase({ database }: Connection, statements: string[]): Promise<void> {
  const [operation] = await database.updateSchema({
    statements,
    protoDescriptors: Buffer.from(protoDescriptors()),
  });
  await operation.promise();
}

async function recordVersions(
  { database }: Connection,
  { schemaVersions }: Tables,
  names: readonly string[],
): Promise<void> {
  const now = new Date().toISOString();
  await database.table(schemaVersions).upsert(names.map((Version) => ({ Version, ApplyTime: now })));
}

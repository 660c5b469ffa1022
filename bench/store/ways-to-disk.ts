/**
 * Compares ways to make a group of rows durable. Each way writes the next group while the disk synchronizes the previous one.
 * Measures the time of a group, and how long it blocks the event loop, with the same rows in the same groups, in turns of one
 * run.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import Libsql from 'libsql';
import { withFolder } from '../embedded/scratch.ts';
import { median, printTable } from '../table.ts';

/** Three rows and an index entry for each event: about as many as the store and the bus write together. */
const ROWS_A_GROUP = [3, 192];
const GROUPS = 150;
const ROUNDS = 5;
const SCHEMA = `CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value BLOB) STRICT`;
const INSERT = 'INSERT INTO rows (name, value) VALUES (?, ?)';

type Row = readonly [name: string, value: Uint8Array];

/** Writes a group; resolves once it is on disk. */
interface Way {
  write(rows: readonly Row[]): Promise<void>;
  close(): Promise<void>;
}

const WAYS: Readonly<Record<string, (folder: string) => Promise<Way>>> = {
  'SQLite, synchronous=FULL': async (folder) => {
    const database = openDatabase(join(folder, 'full.db'), 'FULL');
    const insert = insertInto(database);
    return { write: async (rows) => insert(rows), close: async () => void database.close() };
  },
  'SQLite, the log synchronized by a thread': async (folder) => {
    const file = join(folder, 'normal.db');
    const database = openDatabase(file, 'NORMAL');
    const insert = insertInto(database);
    const log = await open(`${file}-wal`, 'r+');
    return {
      write: async (rows) => {
        insert(rows);
        await log.datasync();
      },
      close: async () => {
        await log.close();
        database.close();
      },
    };
  },
  'SQLite in a worker thread': async (folder) => {
    const worker = new Worker(WRITER, {
      eval: true,
      workerData: { file: join(folder, 'thread.db'), SCHEMA, INSERT },
    });
    const waiting: (() => void)[] = [];
    worker.on('message', () => waiting.shift()?.());
    return {
      write: (rows) =>
        new Promise((resolve) => {
          waiting.push(resolve);
          worker.postMessage(rows);
        }),
      close: async () => void (await worker.terminate()),
    };
  },
  'a log of its own, without an index behind it': async (folder) => {
    const log = await open(join(folder, 'own.log'), 'a');
    return {
      write: async (rows) => {
        const body = Buffer.from(
          JSON.stringify(rows.map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
        );
        const head = Buffer.alloc(8);
        head.writeUInt32LE(body.length, 0);
        head.writeUInt32LE(crc32(body), 4);
        await log.appendFile(Buffer.concat([head, body]));
        await log.datasync();
      },
      close: () => log.close(),
    };
  },
};

const WRITER = `
const { parentPort, workerData: { file, SCHEMA, INSERT } } = require('node:worker_threads');
const database = new (require('libsql'))(file);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.exec(SCHEMA);
const insert = database.prepare(INSERT);
parentPort.on('message', (rows) => {
  database.exec('BEGIN IMMEDIATE');
  for (const row of rows) insert.run(row);
  database.exec('COMMIT');
  parentPort.postMessage(null);
});`;

export async function run(): Promise<void> {
  const table = [];
  for (const rows of ROWS_A_GROUP) {
    const measured = new Map<string, { total: number; held: number }[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, openWay] of Object.entries(WAYS)) {
        const figures = await withFolder(async (folder) => measure(await openWay(folder), rows));
        measured.set(name, [...(measured.get(name) ?? []), figures]);
      }
    }
    for (const [name, figures] of measured) {
      const of = (figure: 'total' | 'held') => median(figures.map((each) => each[figure])).toFixed(2);
      table.push([rows, name, `${of('total')} ms`, `${of('held')} ms`]);
    }
  }
  printTable(['rows a group', 'way', 'a group takes', 'of it the event loop is held up'], table);
}

/** Two groups are in progress: the disk synchronizes one, while the other is written. */
async function measure(way: Way, rowCount: number): Promise<{ total: number; held: number }> {
  let serial = 0;
  const group = () =>
    Array.from(
      { length: rowCount },
      (): Row => [`operations/row-${serial++}`, new Uint8Array(200).fill(serial % 250)],
    );
  await way.write(group());
  const before = performance.eventLoopUtilization();
  const begin = performance.now();
  const caller = async () => {
    for (let done = 0; done < GROUPS / 2; done++) {
      await way.write(group());
      // Gives the event loop a turn, as a process that waits for the disk does.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all([caller(), caller()]);
  const total = (performance.now() - begin) / GROUPS;
  const held = performance.eventLoopUtilization(before).active / GROUPS;
  await way.close();
  return { total, held };
}

function openDatabase(file: string, synchronous: 'FULL' | 'NORMAL'): Libsql.Database {
  const database = new Libsql(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`);
  database.exec(SCHEMA);
  return database;
}

function insertInto(database: Libsql.Database): (rows: readonly Row[]) => void {
  const insert = database.prepare(INSERT);
  return (rows) => {
    database.exec('BEGIN IMMEDIATE');
    for (const row of rows) insert.run([...row]);
    database.exec('COMMIT');
  };
}

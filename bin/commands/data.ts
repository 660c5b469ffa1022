/** Commands about all that is kept of one operation. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { ExportedRecord } from '../../shared/client/export.ts';
import { type Command, UsageError } from '../command.ts';
import { showChange, text } from './operations.ts';

export const exportOperation: Command = {
  parameters: ['NAME'],
  summary: 'writes all that is kept of an operation, one JSON object a line',
  flags: { output: { type: 'string', describe: 'the file to write, which must not exist' } },
  async run(call) {
    const name = call.positionals[0] as string;
    const output = text(call, 'output');
    const records = call.operations().export(name);
    if (output === undefined) {
      for await (const record of records) call.print(JSON.stringify(record));
      return 0;
    }
    const count = await writeTo(output, records);
    if (!call.json) call.print(`${output} has the ${count} records of ${name}`);
    return 0;
  },
};

/** Only the owner may read the file: it has payloads. An export that fails leaves no file. Resolves with the number of records. */
async function writeTo(path: string, records: AsyncIterable<ExportedRecord>): Promise<number> {
  let file: FileHandle | undefined;
  let count = 0;
  try {
    for await (const record of records) {
      // Opened only now, so that nothing is created for an operation that does not exist.
      file ??= await open(path, 'wx', 0o600);
      await file.appendFile(`${JSON.stringify(record)}\n`);
      if (record.kind !== 'end') count += 1;
    }
    await file?.close();
    return count;
  } catch (error) {
    await file?.close();
    if (file) await rm(path);
    throw error;
  }
}

export const erase: Command = {
  parameters: ['NAME'],
  summary: 'removes an operation that has ended, and all that is kept of it, for good',
  flags: { yes: { type: 'boolean', describe: 'does not ask' } },
  async run(call) {
    const name = call.positionals[0] as string;
    if (call.flags.yes !== true) {
      if (call.confirm === undefined || call.json) {
        throw new UsageError('this command needs a confirmation: add --yes to run it');
      }
      if (!(await call.confirm(`Erase ${name} and all that is kept of it?`))) {
        call.printError('nothing was done');
        return 1;
      }
    }
    const { reruns } = await call.operations().erase(name);
    if (call.json) {
      call.print(JSON.stringify({ erased: name, reruns }));
      return 0;
    }
    showChange(call, name, { words: 'erased', fields: {} });
    for (const rerun of reruns) call.print(`${rerun} runs it again, and has a copy of its input`);
    return 0;
  },
};

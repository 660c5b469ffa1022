/** Commands that change one named operation, or all operations that a filter matches. */
import type { BulkAction } from '../../shared/client/bulk.ts';
import type { RerunOptions } from '../../shared/client/operations.ts';
import { type Command, type Flag, type Invocation, UsageError } from '../command.ts';
import { changeMany } from './bulk.ts';
import { FILTER, filterGiven, show, showChange, showChanged, text } from './operations.ts';

const MANY: Readonly<Record<string, Flag>> = {
  filter: { ...FILTER, describe: `instead of NAME, all that match, ${FILTER.describe}` },
  'dry-run': { type: 'boolean', describe: 'with --filter: shows what matches, and changes nothing' },
  yes: { type: 'boolean', describe: 'with --filter: does not ask' },
};
const REQUEST_ID: Flag = {
  type: 'string',
  describe: 'a repeat with the same id gives the same operation, and changes nothing twice',
};

type Place = Pick<RerunOptions, 'from' | 'failedChildrenOnly'>;

export const cancel: Command = {
  parameters: ['[NAME]'],
  summary: 'asks the workers of operations, and their children, to stop',
  flags: { ...MANY, 'request-id': { ...REQUEST_ID, describe: `with --filter: ${REQUEST_ID.describe}` } },
  run(call) {
    const cancelOne = async (name: string) => {
      await call.operations().cancel(name);
      const asked = { words: 'asked to stop', fields: { cancelRequested: true } };
      const operation = await showChanged(call, name, asked);
      if (operation?.done && operation.error?.code !== 'CANCELLED')
        call.printError('it has ended, so there is nothing to cancel');
    };
    return change(call, 'cancel', cancelOne);
  },
};

export const deleteOperation: Command = {
  parameters: ['[NAME]'],
  summary: 'removes operations; one that runs is not cancelled',
  flags: { ...MANY, 'request-id': { ...REQUEST_ID, describe: `with --filter: ${REQUEST_ID.describe}` } },
  run(call) {
    const deleteOne = async (name: string) => {
      await call.operations().delete(name);
      showChange(call, name, { words: 'deleted', fields: { deleted: true } });
    };
    return change(call, 'delete', deleteOne);
  },
};

export const rerun: Command = {
  parameters: ['[NAME]'],
  summary: 'runs operations that have ended again, as new operations',
  flags: {
    from: {
      type: 'string',
      describe: 'START, or the default, RESUME_POINT, where a cancelled wait ends as cancelled again',
    },
    'failed-children-only': {
      type: 'boolean',
      describe: 'of the last wait, runs only those children again that did not succeed',
    },
    ...MANY,
    'request-id': REQUEST_ID,
  },
  run(call) {
    const place = placeOf(call);
    const requestId = text(call, 'request-id');
    const rerunOne = async (name: string) =>
      show(call, await call.operations().rerun(name, { ...place, ...(requestId && { requestId }) }));
    return change(call, 'rerun', rerunOne, place);
  },
};

async function change(
  call: Invocation,
  action: BulkAction,
  changeOne: (name: string) => Promise<void>,
  place: Place = {},
): Promise<number> {
  const [name] = call.positionals;
  const filter = filterGiven(call);
  if (call.flags.filter !== undefined && filter === undefined) {
    throw new UsageError('--filter must not be empty');
  }
  if ((name === undefined) === (filter === undefined)) {
    throw new UsageError('give either NAME or --filter');
  }
  if (filter !== undefined) return changeMany(call, action, filter, place);
  const flag = ['yes', 'dry-run'].find((one) => call.flags[one] === true);
  if (flag) throw new UsageError(`--${flag} is allowed only with --filter`);
  if (action !== 'rerun' && text(call, 'request-id')) {
    throw new UsageError('--request-id is allowed only with --filter');
  }
  await changeOne(name as string);
  return 0;
}

function placeOf(call: Invocation): Place {
  const from = text(call, 'from') ?? 'RESUME_POINT';
  if (from !== 'START' && from !== 'RESUME_POINT') {
    throw new UsageError('--from must be START or RESUME_POINT');
  }
  return { from, ...(call.flags['failed-children-only'] === true && { failedChildrenOnly: true }) };
}

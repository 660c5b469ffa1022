import { type Definition, defineOperation } from '../../shared/client/definition.ts';
import type { Duration } from '../../shared/client/duration.ts';
import type { JsonObject } from '../../shared/client/json.ts';
import type { Schema } from '../../shared/client/schema.ts';
import type { Command } from '../command.ts';
import { listedOne } from './listed-operations.ts';
import { parseObject, show, text } from './operations.ts';

/** The command does not have the definition of the method, so the worker's schema decides about the input. */
const ANY: Schema<JsonObject> = {
  '~standard': {
    version: 1,
    vendor: 'lro-orchestrator',
    validate: (value) => ({ value: value as JsonObject }),
  },
};

export const create: Command = {
  parameters: ['METHOD', '[INPUT_JSON]'],
  summary: 'creates an operation, which a worker of the method starts',
  flags: {
    id: { type: 'string', describe: 'the id of the operation; a random one where absent' },
    'request-id': { type: 'string', describe: 'a repeat with the same id is the same operation' },
    timeout: {
      type: 'string',
      describe: 'how long the operation may take, for example 1h; no limit where absent',
    },
    wait: { type: 'boolean', describe: 'waits until the operation is done; exits with 1 if it fails' },
  },
  async run(call) {
    const [method = '', input = '{}'] = call.positionals;
    const definition: Definition<typeof ANY, undefined, undefined, Record<never, never>> = defineOperation(
      method,
      { input: ANY },
    );
    const operations = call.operations();
    const { name } = await operations.create(definition, parseObject(input), {
      operationId: text(call, 'id'),
      requestId: text(call, 'request-id'),
      timeout: text(call, 'timeout') as Duration | undefined,
    });
    let isDone = call.flags.wait !== true;
    while (!isDone) isDone = (await operations.wait(name)).done;
    const operation = await listedOne(call, name);
    show(call, operation);
    return call.flags.wait === true && operation.error ? 1 : 0;
  },
};

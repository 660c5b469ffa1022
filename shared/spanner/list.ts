import type { OperationName } from '../lifecycle/operation-name.ts';
import { decodeOperation } from '../messages/operation.ts';
import type { ListedOperation, ListQuery } from '../orchestrator/ports/list.ts';
import { cellsOf, required } from './cells.ts';
import { listQuery } from './list-query.ts';
import type { Reader } from './reader.ts';

export async function listOperations(reader: Reader, query: ListQuery): Promise<readonly ListedOperation[]> {
  const rows = await reader.query(listQuery(reader.tables, query));
  return rows.map(cellsOf).map((cells) => {
    const message = required(cells.proto('message'));
    return {
      name: required(cells.text('name')) as OperationName,
      createTime: required(cells.time('time')),
      view: decodeOperation(message),
      bytes: message.length,
    };
  });
}

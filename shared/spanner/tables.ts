/** The names of the tables and indexes of one deployment; the DDL files are their definition. */
export interface Tables {
  readonly operations: string;
  readonly operationsByActiveParent: string;
  readonly operationsByCreateTime: string;
  readonly operationsByState: string;
  readonly operationsByMethod: string;
  readonly operationsByParent: string;
  readonly operationsByRerunOf: string;
  readonly operationsByDueTime: string;
  readonly operationsByRemoval: string;
  readonly operationsByChangeTime: string;
  readonly history: string;
  readonly historyByPosition: string;
  readonly waits: string;
  readonly waitsByDeadline: string;
  readonly pendingChildren: string;
  readonly pendingChildrenByChild: string;
  readonly doneChildren: string;
  readonly waitParts: string;
  readonly notifications: string;
  readonly notificationsByWait: string;
  readonly outbox: string;
  readonly outboxByDue: string;
  readonly sweeps: string;
  readonly schemaVersions: string;
}

export const DEFAULT_TABLE = 'Operations';

const TABLE = /^[A-Za-z][A-Za-z0-9_]{0,95}$/;

/** @throws RangeError if the name cannot be part of a DDL statement */
export function tablesOf(table: string = DEFAULT_TABLE): Tables {
  if (!TABLE.test(table)) throw new RangeError(`Not a table name: ${table}`);
  return {
    operations: table,
    operationsByActiveParent: `${table}ByActiveParent`,
    operationsByCreateTime: `${table}ByCreateTime`,
    operationsByState: `${table}ByState`,
    operationsByMethod: `${table}ByMethod`,
    operationsByParent: `${table}ByParent`,
    operationsByRerunOf: `${table}ByRerunOf`,
    operationsByDueTime: `${table}ByDueTime`,
    operationsByRemoval: `${table}ByRemoval`,
    operationsByChangeTime: `${table}ByChangeTime`,
    history: `${table}History`,
    historyByPosition: `${table}HistoryByPosition`,
    waits: `${table}Waits`,
    waitsByDeadline: `${table}WaitsByDeadline`,
    pendingChildren: `${table}PendingChildren`,
    pendingChildrenByChild: `${table}PendingChildrenByChild`,
    doneChildren: `${table}DoneChildren`,
    waitParts: `${table}WaitParts`,
    notifications: `${table}Notifications`,
    notificationsByWait: `${table}NotificationsByWait`,
    outbox: `${table}Outbox`,
    outboxByDue: `${table}OutboxByDue`,
    sweeps: `${table}Sweeps`,
    schemaVersions: `${table}SchemaVersions`,
  };
}

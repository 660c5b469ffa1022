/** The messages of the API in JSON Schema, as used by OpenAPI 3.1. */
import type { JsonObject } from '../../messages/json-value.ts';

const time: JsonObject = { type: 'string', format: 'date-time' };
const count: JsonObject = { type: 'integer', minimum: 0 };
const text: JsonObject = { type: 'string' };
const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** Refuses other fields, so that tests find fields of real answers that are not described. */
const closed = (properties: JsonObject, required: string[], rest: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  ...rest,
});

export const operationName: JsonObject = {
  type: 'string',
  pattern: '^operations/[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$',
};
const state = { enum: ['RUNNING', 'WAITING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] };
const summary: JsonObject = {
  name: operationName,
  done: { const: true },
  state,
  method: text,
  parent: operationName,
  labels: { type: 'object', additionalProperties: text },
  createTime: time,
  updateTime: time,
  completeTime: time,
  cancelRequested: { const: true },
  attempt: { type: 'integer', minimum: 1 },
  progressPercent: { type: 'number', minimum: 0, maximum: 100, description: 'As the metadata says.' },
  error: closed({ code: { type: 'integer' }, message: text }, ['code', 'message']),
};
const outcomes = ['PENDING', 'TIMED_OUT', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND'];
const duration: JsonObject = { type: 'string', examples: ['90s'] };

const rerunFrom: JsonObject = {
  enum: ['START', 'RESUME_POINT'],
  default: 'START',
  description:
    'START needs dispatch. RESUME_POINT begins with the checkpoint and the RESUME of the last wait.',
};
const failedChildrenOnly: JsonObject = {
  type: 'boolean',
  description: 'Children that succeeded are taken over; those that did not are made again.',
};

export const schemas: JsonObject = {
  ExportedRecord: {
    type: 'object',
    description: 'One record of an operation. Its other fields depend on its kind: see docs/data.md.',
    properties: {
      kind: {
        enum: ['operation', 'history', 'wait', 'child', 'spawn', 'notification', 'outbox', 'rerun', 'end'],
      },
    },
    required: ['kind'],
  },
  Erasure: closed(
    {
      reruns: {
        type: 'array',
        items: operationName,
        description: 'Operations that run this one again. They have copies of its input and checkpoint.',
      },
    },
    [],
  ),
  Any: {
    type: 'object',
    description:
      'google.protobuf.Any. A type that the deployment knows has its fields beside @type, or its own JSON form in value; of any other type, value is its bytes in base64.',
    properties: { '@type': text },
    required: ['@type'],
  },
  Status: closed(
    { code: { type: 'integer' }, message: text, details: { type: 'array', items: ref('Any') } },
    ['code', 'message'],
  ),
  Operation: closed(
    {
      name: operationName,
      metadata: ref('Any'),
      done: { const: true, description: 'Absent until it is true.' },
      error: ref('Status'),
      response: ref('Any'),
    },
    ['name'],
    {
      description: 'google.longrunning.Operation: once done, with exactly one of error and response.',
      if: { required: ['done'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { oneOf: [{ required: ['error'] }, { required: ['response'] }] },
      else: { not: { anyOf: [{ required: ['error'] }, { required: ['response'] }] } },
    },
  ),
  ListOperationsResponse: closed(
    {
      operations: {
        type: 'array',
        items: { anyOf: [ref('Operation'), ref('OperationSummary')] },
        minItems: 1,
      },
      nextPageToken: text,
    },
    [],
  ),
  OperationSummary: closed(summary, ['name', 'state', 'createTime', 'updateTime'], {
    description: 'An operation without its payloads.',
  }),
  OperationChange: closed(
    {
      ...summary,
      metadata: ref('Any'),
      response: ref('Any'),
      error: ref('Status'),
      matches: { const: false, description: 'It does not match the filter any more.' },
      deleted: { const: true, description: 'It is gone: nothing but its name is known.' },
    },
    ['name'],
  ),
  Statistics: closed(
    {
      total: count,
      states: closed(Object.fromEntries(state.enum.map((name) => [name, count])), []),
      methods: { type: 'array', items: closed({ method: text, count }, ['method', 'count']) },
      minutes: {
        type: 'array',
        description:
          'Of the operations that were created in the last hour; minutes without any are left out.',
        items: closed(
          { time, created: count, succeeded: count, failed: count, medianMs: count, p95Ms: count },
          ['time', 'created', 'succeeded', 'failed'],
        ),
      },
    },
    ['total', 'states', 'methods', 'minutes'],
  ),
  CreateOperationRequest: closed(
    {
      operationId: { type: 'string', description: 'Chosen by the service where absent.' },
      requestId: {
        type: 'string',
        maxLength: 128,
        description: 'AIP-155: a repeat gives the same operation.',
      },
      method: { type: 'string', maxLength: 512 },
      parent: operationName,
      metadata: ref('Any'),
      labels: { type: 'object', additionalProperties: text, maxProperties: 64 },
      ttl: { type: 'string', examples: ['86400s'], description: 'How long it is kept once it is terminal.' },
      input: ref('Any'),
      dispatch: ref('Dispatch'),
      timeout: { ...duration, description: 'One deadline for the whole operation.' },
    },
    [],
  ),
  Dispatch: closed(
    {
      lease: { ...duration, description: 'How long the worker may be silent: 5s to 3600s, 60s by default.' },
      startTimeout: { ...duration, description: 'When a signal that no worker takes is sent again.' },
      maxTries: { type: 'integer', minimum: 1, maximum: 100 },
      firstBackoff: duration,
      maxBackoff: duration,
      cancelTimeout: duration,
      catchTimeout: duration,
      backoffMultiplier: { type: 'number', minimum: 1, maximum: 10 },
      catchPoint: { type: 'string', description: 'The resume point of the last resort.' },
    },
    [],
    { description: 'The orchestrator starts the work by a START signal, watches it and tries it again.' },
  ),
  HeartbeatRequest: closed(
    {
      name: operationName,
      attempt: { type: ['integer', 'string'] },
      worker: { type: 'string', maxLength: 256 },
      catchPoint: { type: 'string', maxLength: 256 },
    },
    [],
  ),
  Lease: closed(
    {
      leaseExpireTime: { ...time, description: 'Absent for an operation without dispatch.' },
      cancelRequested: { type: 'boolean' },
    },
    ['cancelRequested'],
  ),
  LifecycleEvent: { type: 'object', description: 'lro.v1.LifecycleEvent: see docs/protocol.md.' },
  ApplyResponse: closed(
    { applied: { type: 'boolean' }, reason: { type: 'string', description: 'Why it changed nothing.' } },
    ['applied'],
  ),
  BatchRequest: closed(
    {
      calls: {
        type: 'array',
        minItems: 1,
        maxItems: 500,
        items: {
          oneOf: [
            closed({ heartbeat: { ...ref('HeartbeatRequest'), required: ['name'] } }, ['heartbeat']),
            closed({ apply: { ...ref('LifecycleEvent'), required: ['operation'] } }, ['apply']),
            closed({ create: ref('CreateOperationRequest') }, ['create']),
          ],
        },
      },
    },
    ['calls'],
  ),
  BatchResponse: closed(
    {
      answers: {
        type: 'array',
        items: {
          oneOf: [
            closed({ lease: ref('Lease') }, ['lease']),
            closed({ applied: ref('ApplyResponse') }, ['applied']),
            closed({ operation: ref('Operation') }, ['operation']),
            ref('Error'),
          ],
        },
      },
    },
    ['answers'],
  ),
  NotifyRequest: closed({ name: text, payload: ref('Any'), requestId: { type: 'string', maxLength: 128 } }, [
    'name',
  ]),
  RerunRequest: closed(
    {
      from: rerunFrom,
      failedChildrenOnly,
      operationId: { type: 'string', description: '{id}~2, ~3, … where absent.' },
      requestId: { type: 'string', maxLength: 128 },
    },
    [],
  ),
  BulkRequest: closed(
    {
      filter: { type: 'string', description: 'As in a list; must not be empty.' },
      requestId: { type: 'string', maxLength: 128 },
      validateOnly: { type: 'boolean', description: 'Counts, and does nothing.' },
    },
    ['filter'],
  ),
  BulkRerunRequest: closed(
    {
      filter: { type: 'string', description: 'As in a list; must not be empty.' },
      requestId: { type: 'string', maxLength: 128 },
      validateOnly: { type: 'boolean', description: 'Counts, and does nothing.' },
      from: rerunFrom,
      failedChildrenOnly,
    },
    ['filter'],
  ),
  ListChildrenResponse: closed(
    { children: { type: 'array', items: ref('ListedChild'), maxItems: 1000 }, nextPageToken: text },
    ['children'],
  ),
  ListedChild: closed(
    {
      name: text,
      method: text,
      key: text,
      outcome: { enum: outcomes },
      response: ref('Any'),
      error: ref('Status'),
      createTime: time,
      completeTime: time,
    },
    ['name', 'outcome'],
  ),
  NameRequest: closed({ name: operationName }, []),
  WaitOperationRequest: closed({ name: operationName, timeout: { type: 'string', examples: ['30s'] } }, []),
  Empty: closed({}, []),
  Child: closed(
    {
      name: text,
      key: text,
      outcome: { enum: outcomes },
      error: closed({ code: { type: 'integer' }, message: text }, ['code', 'message']),
    },
    ['name', 'outcome'],
  ),
  Wait: closed(
    {
      waitId: text,
      policy: { enum: ['ALL_DONE', 'ANY_DONE', 'ALL_SUCCEEDED', 'ANY_SUCCEEDED', 'QUORUM_SUCCEEDED'] },
      quorum: count,
      toleratedFailures: count,
      notifications: { type: 'array', items: text, maxItems: 32 },
      launchRefused: closed({ reason: text, time }, ['reason', 'time']),
      startTime: time,
      sleepUntil: time,
      deadline: time,
      endTime: time,
      execution: { type: 'string', description: 'The workflow execution that holds the timers.' },
      open: { type: 'boolean' },
      cause: { enum: ['CHILDREN', 'NOTIFICATION', 'SLEEP', 'DEADLINE', 'CANCEL'] },
      resumedBy: { enum: ['push', 'workflow', 'sweep', 'cancel', 'caller'] },
      abandoned: { enum: ['SUPERSEDED', 'TERMINAL', 'DELETED'] },
      children: closed(
        {
          counts: closed(Object.fromEntries(outcomes.map((outcome) => [outcome, count])), []),
          first: { type: 'array', items: ref('Child'), maxItems: 1000 },
          nextPageToken: text,
        },
        ['counts', 'first'],
      ),
    },
    ['waitId', 'policy', 'startTime', 'deadline', 'open', 'children'],
  ),
  HistoryLine: closed(
    {
      eventId: text,
      type: text,
      occurTime: time,
      recordTime: time,
      outcome: { enum: ['APPLIED', 'IGNORED', 'REJECTED'] },
      reason: {
        enum: [
          'TERMINAL',
          'SUPERSEDED',
          'NOT_WAITING',
          'DELETED',
          'STALE_ATTEMPT',
          'LEASE_LOST',
          'SIGNAL_RESENT',
          'ATTEMPT_BEGUN',
          'DEADLINE',
          'CANCEL_TIMEOUT',
          'CATCH_TIMEOUT',
        ],
      },
      attempt: count,
      worker: text,
      rejected: closed({ type: text, field: text, reason: text }, ['type', 'field', 'reason']),
      error: closed({ code: { type: 'integer' }, message: text }, ['code', 'message']),
    },
    ['eventId', 'type', 'occurTime', 'recordTime', 'outcome'],
  ),
  Inspection: closed(
    {
      name: operationName,
      state,
      method: text,
      parent: text,
      labels: { type: 'object', additionalProperties: text },
      createTime: time,
      updateTime: time,
      completeTime: time,
      expireTime: time,
      attempt: { ...count, description: 'The current attempt; 0 where there is none.' },
      try: count,
      dispatched: { const: true },
      worker: { type: 'string', description: 'Holds the current attempt.' },
      offered: closed({ sends: count, resendTime: time }, ['sends', 'resendTime']),
      leaseExpireTime: time,
      retryTime: time,
      nextLookTime: time,
      overdue: { const: true },
      bound: closed({ what: { enum: ['CATCH_TIMEOUT', 'DEADLINE', 'CANCEL_TIMEOUT'] }, time }, [
        'what',
        'time',
      ]),
      lastResort: closed({ cause: { enum: ['TRIES', 'DEADLINE', 'CANCEL'] }, deadline: time }, [
        'cause',
        'deadline',
      ]),
      keptNotifications: count,
      rerunOf: operationName,
      reruns: { type: 'array', items: operationName },
      cancelRequested: { type: 'boolean' },
      resumePoint: text,
      checkpointBytes: count,
      inputBytes: { ...count, description: 'Absent if the operation was created without input.' },
      input: {
        ...ref('Any'),
        description: 'Absent if it has more than 64 KiB: `:export` has it whole. Without what REDACT names.',
      },
      waits: { type: 'array', items: ref('Wait'), maxItems: 50 },
      nextPageToken: { type: 'string', description: 'Where the operation has earlier waits.' },
      history: { type: 'array', items: ref('HistoryLine'), maxItems: 200 },
    },
    [
      'name',
      'state',
      'method',
      'parent',
      'labels',
      'createTime',
      'updateTime',
      'cancelRequested',
      'attempt',
      'resumePoint',
      'checkpointBytes',
      'waits',
      'history',
    ],
  ),
  Explanation: closed(
    {
      sentence: { type: 'string', description: 'What a person reads first.' },
      name: operationName,
      state,
      blockedBy: {
        type: 'array',
        items: ref('Blocker'),
        description: 'The leaves that block it, through any depth of waits; empty for one that is done.',
      },
      causes: {
        type: 'array',
        items: ref('Cause'),
        description: 'From an operation that failed or was cancelled to the first cause of that.',
      },
      truncated: closed({ operations: count }, ['operations'], {
        description: 'How many operations were not looked at: an explanation looks at 1000.',
      }),
      sweep: closed({ lastRunTime: time, late: { const: true } }, []),
    },
    ['sentence', 'name', 'state', 'blockedBy', 'sweep'],
  ),
  Blocker: closed(
    {
      name: text,
      state,
      waiter: operationName,
      description: text,
      since: time,
      waitsFor: {
        type: 'object',
        properties: {
          kind: {
            enum: [
              'SIGNAL',
              'WORKER',
              'LOST_LEASE',
              'BACKOFF',
              'SLEEP',
              'CREATION',
              'EXTERNAL_OPERATION',
              'NOTIFICATION',
              'END_OF_WAIT',
            ],
          },
        },
        required: ['kind'],
      },
      wakes: closed(
        {
          by: { enum: ['event', 'lease', 'deadline', 'sweep', 'workflow', 'retry'] },
          time,
          overdue: { const: true },
        },
        ['by'],
        { description: 'What wakes it where no event comes before.' },
      ),
      launchRefused: closed({ reason: text, time }, ['reason', 'time']),
    },
    ['name', 'description', 'waitsFor', 'since', 'wakes'],
  ),
  Cause: closed(
    {
      name: text,
      state: { enum: [...state.enum, 'NOT_FOUND', 'TIMED_OUT'] },
      endedBy: text,
      time,
      attempt: count,
      worker: text,
      error: closed({ code: { type: 'integer' }, message: text }, ['code', 'message']),
    },
    ['name', 'state', 'endedBy'],
  ),
  Error: closed(
    {
      error: closed(
        {
          code: { type: 'integer', description: 'The HTTP status.' },
          message: text,
          status: { type: 'string', description: 'The name of the google.rpc.Code.' },
          details: {
            type: 'array',
            items: ref('Any'),
            minItems: 1,
            description:
              'A google.rpc.ErrorInfo, and BadRequest, ResourceInfo or RetryInfo where they apply.',
          },
        },
        ['code', 'message', 'status', 'details'],
      ),
    },
    ['error'],
  ),
};

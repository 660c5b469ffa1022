/** The parameters of the paths and queries of the API. */
import type { JsonObject } from '../../messages/json-value.ts';

export const query = (
  name: string,
  description: string,
  schema: JsonObject = { type: 'string' },
): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
});

/** The id, or the percent-encoded full name, as google-gax sends it. */
export const operationParameter: JsonObject = {
  name: 'operation',
  in: 'path',
  required: true,
  description: 'The operation id, or its whole name percent-encoded (operations%2F{id}).',
  schema: { type: 'string' },
};

export const SYSTEM_PARAMETERS = [
  query('fields', 'Which fields to answer with: name,error/code or operations(name,done).'),
  query('prettyPrint', 'Whether the answer is indented.', { type: 'boolean', default: false }),
  query('$alt', 'The form of the answer.', { enum: ['json', 'json;enum-encoding=int'], default: 'json' }),
];

export const LIST_PARAMETERS = [
  query('filter', 'A filter of AIP-160, for example: state = RUNNING AND labels.env = "prod".'),
  query('pageSize', 'At most so many; more than 1000 counts as 1000.', {
    type: 'integer',
    minimum: 0,
    default: 50,
  }),
  query('pageToken', 'The nextPageToken of the page before, with the same filter.'),
  query('name', 'operations, or absent.'),
  query('returnPartialSuccess', 'Changes nothing.', { type: 'boolean' }),
  query(
    'view',
    'BASIC: each google.longrunning.Operation. SUMMARY: state, method, times, and no payload. FULL: both.',
    { enum: ['BASIC', 'SUMMARY', 'FULL'], default: 'BASIC' },
  ),
  query('skip', 'With view=SUMMARY or FULL: how many operations to leave out at the beginning.', {
    type: 'integer',
    minimum: 0,
  }),
];

export const WATCH_ONE_PARAMETERS = [
  query('view', 'FULL: the google.longrunning.Operation and its summary. SUMMARY: no payload.', {
    enum: ['FULL', 'SUMMARY'],
    default: 'FULL',
  }),
  query('lastEventId', 'What the header Last-Event-ID says, for clients that cannot set it.'),
];
export const WATCH_PARAMETERS = [
  query('filter', 'As in a list. An operation that stops matching comes once more, with "matches": false.'),
  ...WATCH_ONE_PARAMETERS,
];

export const INSPECT_PARAMETERS = [
  query('waitId', 'Only this wait.'),
  query('pageSize', 'At most so many children of each wait, and at most 1000 of all waits together.', {
    type: 'integer',
    minimum: 0,
    default: 100,
  }),
  query('pageToken', "The nextPageToken of the answer; with a waitId, the one of that wait's children."),
];

export const CHILDREN_PARAMETERS = [
  query('waitId', 'The newest wait where absent.'),
  query('pageSize', 'At most so many; more than 1000 counts as 1000.', {
    type: 'integer',
    minimum: 0,
    default: 100,
  }),
  query(
    'pageToken',
    'The nextPageToken of the page before, with the same outcome. It continues the same wait.',
  ),
  query('outcome', 'Only children with this outcome.'),
];

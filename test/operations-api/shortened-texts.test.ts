/** Texts that are cut to a length end between two characters, also where a character takes two UTF-16 code units. */
import { expect, it } from 'vitest';
import { NO_REDACTION } from '../../shared/messages/redaction.ts';
import { parseQuery } from '../../shared/operations-api/http-query.ts';
import { summaryToJson } from '../../shared/operations-api/watch/summary.ts';
import { failureFrom } from '../../shared/orchestrator/google-error.ts';
import type { OperationSummary } from '../../shared/orchestrator/ports/overview.ts';

/** A text whose character at the limit is an emoji. */
const longText = (limit: number) => `${'x'.repeat(limit - 1)}😀 and more`;
const startOf = (limit: number) => `${'x'.repeat(limit - 1)}…`;

it('the message of an error in a summary', () => {
  const times = { createTime: 0, updateTime: 0 };
  const summary = { name: 'operations/a', labels: {}, ...times, error: { code: 13, message: longText(500) } };
  const { error } = summaryToJson(summary as unknown as OperationSummary, NO_REDACTION);
  expect(error).toEqual({ code: 13, message: startOf(500) });
});

it('the message of an error of a client library', () => {
  expect(failureFrom(new Error(longText(300)), 'a read').message).toBe(`a read: ${startOf(300)}`);
});

it('the name of an unknown query parameter', () => {
  const search = `${encodeURIComponent(longText(64))}=1`;
  expect(() => parseQuery(search, [])).toThrow(`${startOf(64)}: is not a query parameter of this method`);
});

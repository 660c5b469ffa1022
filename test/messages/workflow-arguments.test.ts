import { expect, test } from 'vitest';
import type { LifecycleEvent } from '../../shared/lifecycle/event.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { lifecycleEventOf } from '../../shared/messages/lifecycle-event.ts';
import { WORKFLOW_LIMITS } from '../../shared/messages/limits.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { workflowArguments } from '../../shared/workflows/arguments.ts';

const hosts = new AllowedHosts(['jobs.example.com']);
const ID = 'a'.repeat(128);
/** Each character is two in JSON. */
const EVENT_ID = '"'.repeat(256);
/** Each character is two bytes in UTF-8. */
const METHOD = 'ü'.repeat(512);

function waitingFor(count: number, name: (index: number) => string) {
  const externalOperations = Array.from({ length: count }, (_, index) => ({
    name: name(index),
    endpoint: 'https://jobs.example.com/a/longer/path',
  }));
  const data = Buffer.from(
    JSON.stringify({ operation: `operations/${ID}`, eventId: EVENT_ID, waiting: { externalOperations } }),
  );
  return lifecycleEventOf({ data, attributes: {}, messageId: 'm', publishTime: 1_700_000_000_000 }, hosts);
}

function isAccepted(read: () => LifecycleEvent): boolean {
  try {
    read();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInput);
    expect((error as InvalidInput).field).toBe('waiting.externalOperations');
    return false;
  }
}

test.each<[string, (index: number) => string]>([
  ['short names', (index) => `operations/${index}`],
  ['long names', (index) => `operations/${String(index).padStart(400, 'x')}`],
  ['names of marks', (index) => `operations/${index}${"'".repeat(200)}`],
])(
  'a wait for as many external children as are accepted, with %s, fits the arguments of an execution',
  (_, name) => {
    let count = 1;
    while (isAccepted(() => waitingFor(count + 1, name))) count++;
    expect(count).toBeGreaterThan(10);
    const event = waitingFor(count, name);
    if (event.type !== 'waiting') throw new Error('not a wait');
    const wait = { operation: event.operation, waitId: event.eventId, startTime: 0, ...event.terms };
    const target = {
      hosts,
      push: true,
      resumeUrl: `https://${'r'.repeat(200)}`,
      resumeAudience: `https://${'r'.repeat(200)}`,
    };
    const argument = JSON.stringify(workflowArguments(wait, METHOD, target));
    expect(Buffer.byteLength(argument)).toBeLessThanOrEqual(WORKFLOW_LIMITS.arguments);
  },
);

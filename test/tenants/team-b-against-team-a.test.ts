/** Two teams share a deployment: what team B publishes neither reads nor changes an operation of team A. */
import { describe, expect, it } from 'vitest';
import type { Tenant } from '../../shared/orchestrator/tenants.ts';
import { call, getOperation, post } from '../end-to-end/rest.ts';
import { onEverySystem, type Subject } from '../end-to-end/systems.ts';
import { until } from '../setup/until.ts';

const TENANTS: readonly Tenant[] = ['a', 'b'].map((team) => ({
  topic: `operation-lifecycle-${team}`,
  prefix: `${team}-`,
  ending: `-${team}`,
}));

const ENDINGS = ['', '-a', '-b'];

interface Message {
  readonly attributes: Readonly<Record<string, string>>;
}

/** What each team can see on its own topics, through their local subscriptions, and everyone on those without an ending. */
class Teams {
  readonly #seen = new Map<string, Message[]>();
  readonly #subject: Subject;
  #number = 0;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** All that has come on the topic so far. */
  async messages(topic: string): Promise<readonly Message[]> {
    const subscription = `${this.#subject.system.url}/v1/projects/local/subscriptions/${topic}-local`;
    const pulled = await post(`${subscription}:pull`, { maxMessages: 100, returnImmediately: true });
    expect(pulled.status, JSON.stringify(pulled.body)).toBe(200);
    const received: { ackId: string; message: Message }[] = pulled.body.receivedMessages ?? [];
    const seen = this.#seen.get(topic) ?? [];
    this.#seen.set(topic, seen);
    if (received.length === 0) return seen;
    seen.push(...received.map(({ message }) => ({ ...message, attributes: message.attributes ?? {} })));
    await post(`${subscription}:acknowledge`, { ackIds: received.map(({ ackId }) => ackId) });
    return seen;
  }

  /** Publishes as the owner of the topic; returns what its dead letter can be told by. */
  async publish(topic: string, event: object): Promise<string> {
    const probe = `probe-${++this.#number}`;
    const answer = await post(`${this.#subject.system.url}/v1/projects/local/topics/${topic}:publish`, {
      messages: [{ data: Buffer.from(JSON.stringify(event)).toString('base64'), attributes: { probe } }],
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return probe;
  }

  /** The attributes of the dead letter, and the ending of the topic that it is on. */
  refusal(probe: string): Promise<Readonly<Record<string, string>>> {
    return until(`the dead letter of ${probe}`, async () => {
      for (const ending of ENDINGS) {
        const letters = await this.messages(`operation-dead-letters${ending}`);
        const letter = letters.find(({ attributes }) => attributes.probe === probe);
        if (letter) return { ...letter.attributes, ending };
      }
      return undefined;
    });
  }

  async inState(id: string, state: string) {
    return until(`${id} to be ${state}`, async () => {
      const inspection = await this.inspect(id);
      return inspection.state === state && inspection;
    });
  }

  async inspect(id: string) {
    return (await call(`${this.#subject.system.operationsUrl}/v1/operations/${id}:inspect`)).body;
  }
}

const A = 'operations/a-payment';
const event = (operation: string, rest: object) => ({ operation, ...rest });

onEverySystem('with tenants', { push: true, tenants: TENANTS }, (subject) => {
  let teams: Teams;

  it('what an operation says goes to the topics of its team only', async () => {
    teams = new Teams(subject());
    for (const [topic, id] of [
      ['operation-lifecycle-a', 'a-1'],
      ['operation-lifecycle-b', 'b-1'],
      ['operation-lifecycle', 'c-1'],
    ] as const) {
      const name = `operations/${id}`;
      const ending = topic.replace('operation-lifecycle', '');
      const arrival = (kind: 'signals' | 'completions') =>
        until(`the ${kind} of ${id}`, async () => {
          return (await teams.messages(`operation-${kind}${ending}`)).length > 0;
        });
      await teams.publish(topic, event(name, { created: { method: 'm', dispatch: {} } }));
      // The topic is unordered: a `succeeded` that overtakes `created` ends the operation before it is dispatched.
      await arrival('signals');
      await teams.publish(topic, event(name, { attempt: '1', succeeded: {} }));
      await arrival('completions');
    }
    for (const ending of ENDINGS) {
      const messages = [
        ...(await teams.messages(`operation-signals${ending}`)),
        ...(await teams.messages(`operation-completions${ending}`)),
      ];
      const operations = new Set(messages.map(({ attributes }) => attributes.operation));
      expect([...operations]).toEqual([`operations/${ending === '' ? 'c' : ending.slice(1)}-1`]);
    }
  });

  describe('team A has an operation that waits', () => {
    let before: object;

    it('and the operation of team A continues unchanged', async () => {
      await teams.publish(
        'operation-lifecycle-a',
        event(A, { created: { method: 'pay', dispatch: {}, labels: { secret: 'yes' } } }),
      );
      await teams.inState('a-payment', 'RUNNING');
      await teams.publish(
        'operation-lifecycle-a',
        event(A, {
          attempt: '1',
          waiting: { childOperations: ['operations/a-child'], notifications: ['ok'], timeout: '3600s' },
        }),
      );
      before = await until('the workflow of the wait', async () => {
        const inspection = await teams.inState('a-payment', 'WAITING');
        return inspection.waits[0].execution && inspection;
      });
    });

    const attacks: [what: string, event: object][] = [
      ['ends it', event(A, { succeeded: {} })],
      ['fails it', event(A, { failed: { error: { code: 13, message: 'x' } } })],
      ['fails its attempt', event(A, { attempt: '1', attemptFailed: { error: { code: 3 } } })],
      ['takes its attempt', event(A, { attempt: '1', worker: 'b', heartbeat: {} })],
      ['cancels it', event(A, { cancelRequested: {} })],
      ['says that it was cancelled', event(A, { cancelled: {} })],
      ['notifies it', event(A, { notified: { name: 'ok' } })],
      ['changes its metadata', event(A, { progressed: { metadata: undefined } })],
      ['changes its checkpoint', event(A, { checkpointed: { checkpoint: 'AA==', resumePoint: 'x' } })],
      ['begins a wait of it', event(A, { waiting: { sleep: '1s' } })],
      ['creates it again', event(A, { created: { method: 'other' } })],
      ['ends a child of it that is not there yet', event('operations/a-child', { succeeded: {} })],
      ['breaks a rule in an event of it', event(A, { attempt: '1', failed: { error: { code: 0 } } })],
      ['adds an unknown field to an event of it', event(A, { attempt: '1', succeeded: {}, colour: 'red' })],
      ['makes a child of it', event('operations/b-child', { created: { method: 'm', parent: A } })],
      ['waits for it', event('operations/b-spy', { waiting: { childOperations: [A] } })],
      [
        'waits for it among its own',
        event('operations/b-spy', { waiting: { childOperations: ['operations/b-1', A] } }),
      ],
      [
        'spawns a child of its name',
        event('operations/b-spy', { waiting: { spawn: [{ operationId: 'a-x' }] } }),
      ],
      [
        'spawns a child with a name that is no tenant’s',
        event('operations/b-spy', { waiting: { spawn: [{ operationId: 'x-1' }] } }),
      ],
    ];
    it.each(attacks)('team B %s: REJECTED with PERMISSION_DENIED, seen by team B only', async (_, attack) => {
      const letter = await teams.refusal(await teams.publish('operation-lifecycle-b', attack));
      expect(letter).toMatchObject({
        ending: '-b',
        reason: expect.stringContaining('PERMISSION_DENIED'),
        field: expect.any(String),
      });
    });

    it.each(attacks.slice(0, 14))('everyone else %s: refused as well', async (_, attack) => {
      const letter = await teams.refusal(await teams.publish('operation-lifecycle', attack));
      expect(letter).toMatchObject({ ending: '', reason: expect.stringContaining('PERMISSION_DENIED') });
    });

    it.each([
      ['of the deployment itself', () => subject().system.operationsUrl],
      [
        'of the deployment by another name',
        () => subject().system.operationsUrl.replace('127.0.0.1', 'localhost'),
      ],
    ])('team B polls it as an operation of another service, at the URL %s: refused', async (_, url) => {
      for (const name of [A, 'operations%2Fa-payment', '../v1/operations/a-payment']) {
        const waiting = { externalOperations: [{ name, endpoint: url() }], timeout: '60s' };
        const letter = await teams.refusal(
          await teams.publish('operation-lifecycle-b', event('operations/b-spy', { waiting })),
        );
        expect(letter.reason).toContain('waiting.externalOperations[0].name');
      }
    });

    it('team B has the deployment call itself in its own name: refused', async () => {
      const resumeMethod = `${subject().system.operationsUrl}/v1/operations/a-payment:cancel`;
      const letter = await teams.refusal(
        await teams.publish(
          'operation-lifecycle-b',
          event('operations/b-spy', { waiting: { sleep: '1s', resumeMethod } }),
        ),
      );
      expect(letter).toMatchObject({ ending: '-b', field: 'waiting.resumeMethod' });
    });

    it('the operation of team A is unchanged, and no operation of an attack exists', async () => {
      expect(await teams.inspect('a-payment')).toEqual(before);
      for (const id of ['b-child', 'b-spy', 'a-child', 'a-x', 'x-1']) {
        expect((await getOperation(subject().system, `operations/${id}`)).status, id).toBe(404);
      }
      for (const topic of ['signals', 'completions', 'signals-b', 'completions-b']) {
        const operations = (await teams.messages(`operation-${topic}`)).map(
          ({ attributes }) => attributes.operation,
        );
        expect(operations, topic).not.toContain(A);
      }
      expect(await teams.messages('operation-dead-letters-a')).toEqual([]);
    });
  });

  it('a team sees the mistakes in its own events in its history and in its dead letters', async () => {
    await teams.publish('operation-lifecycle-b', event('operations/b-2', { created: { method: 'm' } }));
    await teams.inState('b-2', 'RUNNING');
    const letter = await teams.refusal(
      await teams.publish(
        'operation-lifecycle-b',
        event('operations/b-2', { progressed: {}, colour: 'red' }),
      ),
    );
    expect(letter).toMatchObject({ ending: '-b', field: 'colour' });
    const { history } = await teams.inspect('b-2');
    expect(history).toContainEqual(expect.objectContaining({ outcome: 'REJECTED' }));
  });

  it('by HTTP, an operation and its parent are of one team, and a chosen id is of the parent’s', async () => {
    const { operationsUrl } = subject().system;
    const create = (body: object) => post(`${operationsUrl}/v1/operations`, { method: 'm', ...body });
    expect(await create({ operationId: 'b-3', parent: A })).toMatchObject({
      status: 403,
      body: { error: { status: 'PERMISSION_DENIED' } },
    });
    const child = await create({
      parent: 'operations/b-2',
      requestId: '6b2f0c1e-6f6e-4b0a-9d5e-2d6a1c0f7e11',
    });
    expect(child.body.name).toMatch(/^operations\/b-/);
    const again = await create({
      parent: 'operations/b-2',
      requestId: '6b2f0c1e-6f6e-4b0a-9d5e-2d6a1c0f7e11',
    });
    expect(again.body.name).toBe(child.body.name);
    expect((await create({})).body.name).not.toMatch(/^operations\/[ab]-/);
    const applied = await post(`${operationsUrl}/v1/operations/b-2:apply`, {
      waiting: { childOperations: [A] },
    });
    expect(applied).toMatchObject({ status: 403, body: { error: { status: 'PERMISSION_DENIED' } } });
  });
});

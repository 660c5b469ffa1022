import { expect, it } from 'vitest';
import { until } from '../setup/until.ts';
import { freshName } from './names.ts';
import { getOperation } from './rest.ts';
import { onEverySystem } from './systems.ts';

onEverySystem('a message that can never be applied', { push: true }, (subject) => {
  const operation = freshName('never');
  const of = (event: object) => JSON.stringify({ operation, ...event });
  const manyChildren = Array.from({ length: 60_000 }, (_, index) => `operations/c${index}`);

  it.each([
    ['no JSON and no protobuf', 'hello', 'data'],
    ['an unknown field', of({ created: {}, colour: 'red' }), 'colour'],
    ['no operation', '{"created":{}}', 'operation'],
    ['no data', '', 'operation'],
    ['a bad name', '{"operation":"operations/-x","created":{}}', 'operation'],
    ['failed with code 0', of({ failed: { error: { code: 0 } } }), 'failed.error.code'],
    ['a negative timeout', of({ waiting: { timeout: '-5s' } }), 'waiting.timeout'],
    ['1 MB of children', of({ waiting: { childOperations: manyChildren } }), 'waiting.childOperations'],
    [
      'a host that is not allowed',
      of({ waiting: { resumeMethod: 'https://evil.example/' } }),
      'waiting.resumeMethod',
    ],
  ])('%s: is dead-lettered with the field, and changes nothing', async (what, data, field) => {
    const { system, observer } = subject();
    const known = observer.deadLetters.length;
    await system.publish(Buffer.from(data), { origin: what });
    const letter = await until(`the dead letter of ${what}`, () =>
      observer.deadLetters.slice(known).find(({ attributes }) => attributes.origin === what),
    );
    expect(letter.attributes).toMatchObject({ field, reason: expect.stringContaining(`${field}: `) });
    expect(Buffer.from(letter.data).toString()).toBe(data);
    expect((await getOperation(system, operation)).status).toBe(404);
  });

  it('is acknowledged: it comes once', async () => {
    const { system, observer } = subject();
    const probe = freshName('probe');
    await system.lifecycle.operation(probe).create();
    await system.lifecycle.operation(probe).succeed();
    await observer.completion(probe);
    const origins = observer.deadLetters.map(({ attributes }) => attributes.origin);
    expect(new Set(origins).size).toBe(origins.length);
  });
});

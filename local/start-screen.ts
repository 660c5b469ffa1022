import type { LocalSystem } from './system.ts';

/** The next steps for a new user. Every command can be copied and run. */
export function startScreen({ url, pubsubHost, parts }: LocalSystem, startTime: number): string {
  const width = Math.max(...Object.keys(parts).map(({ length }) => length));
  const lines = Object.entries(parts).map(([part, where]) => `  ${part.padEnd(width)}  ${where}`);
  const event = '{"operation":"operations/r1","created":{"method":"example.v1.Hello"}}';
  const publish = `'{"messages":[{"data":"${Buffer.from(event).toString('base64')}"}]}'`;
  return `
ready at ${url} after ${startTime} ms
${lines.join('\n')}

  Pub/Sub's own clients  PUBSUB_EMULATOR_HOST=${pubsubHost}
  publish an event       curl -s ${url}/v1/projects/local/topics/operation-lifecycle:publish -H 'content-type: application/json' -d ${publish}
  look at the operation  curl -s ${url}/v1/operations/r1
  and behind it          curl -s ${url}/v1/operations/r1:inspect
  pull completions       curl -s ${url}/v1/projects/local/subscriptions/operation-completions-local:pull -H 'content-type: application/json' -d '{"maxMessages":10}'
  and dead letters       curl -s ${url}/v1/projects/local/subscriptions/operation-dead-letters-local:pull -H 'content-type: application/json' -d '{"maxMessages":10}'
`;
}

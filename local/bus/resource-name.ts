import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';

const NAME = /^[A-Za-z][A-Za-z0-9\-._~+%]{2,254}$/;

/**
 * Checks the name of a topic or a subscription by Pub/Sub's rules.
 * https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names @throws InvalidInput
 */
export function checkResourceName(field: 'topic' | 'subscription', name: string): void {
  if (!NAME.test(name) || name.startsWith('goog')) {
    throw new InvalidInput(
      field,
      'a name is 3 to 255 of A-Z a-z 0-9 - . _ ~ + %, begins with a letter and not with "goog"',
    );
  }
}

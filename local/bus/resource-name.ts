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
      'must have 3 to 255 characters of A-Z a-z 0-9 - . _ ~ + %, begin with a letter, and not begin with "goog"',
    );
  }
}

import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';

const NAME = /^[A-Za-z][A-Za-z0-9\-._~+%]{2,254}$/;

/**
 * Throws InvalidInput for a name that Pub/Sub does not allow for a topic or a subscription.
 * https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
 */
export function checkResourceName(field: 'topic' | 'subscription', name: string): void {
  if (!NAME.test(name) || name.startsWith('goog')) {
    throw new InvalidInput(
      field,
      'a name is 3 to 255 of A-Z a-z 0-9 - . _ ~ + %, begins with a letter and not with "goog"',
    );
  }
}

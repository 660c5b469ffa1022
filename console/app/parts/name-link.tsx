import { idOf, isOperationName } from '../api/operation.ts';
import { operationHref } from '../routing.ts';

/** The id of an operation. It is a link if the operation may be of this deployment. */
export function NameLink({ name, tabIndex }: { name: string; tabIndex?: number }) {
  if (!isOperationName(name)) return <bdi class="external">{name}</bdi>;
  return (
    <a href={operationHref(name)} tabIndex={tabIndex}>
      <bdi>{idOf(name)}</bdi>
    </a>
  );
}

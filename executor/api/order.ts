import { RequestError } from '../errors/request-error.ts';
import type { ListFields } from './list-fields.ts';

/**
 * Sorts a list by `orderBy`: fields separated by commas, each ascending unless `desc` follows (AIP-132). Items that are equal in all
 * of them keep their order, and items without the field come first.
 *
 * @throws RequestError for a field by which the list cannot be sorted
 */
export function sorted<T>(
  items: readonly T[],
  orderBy: string | undefined,
  fields: ListFields<T>,
): readonly T[] {
  if (orderBy === undefined) return items;
  const keys = orderBy.split(',').map((part) => {
    const [name = '', direction = 'asc', ...rest] = part.trim().split(/\s+/);
    const field = fields.get(name);
    if (!field?.sortable || !['asc', 'desc'].includes(direction) || rest.length > 0) {
      const known = [...fields].filter(([, { sortable }]) => sortable).map(([known]) => known);
      const expected = `expected one of ${known.join(', ')}, and 'desc' where it descends`;
      throw new RequestError('INVALID_ARGUMENT', `orderBy cannot be read at '${part.trim()}': ${expected}`);
    }
    return { value: field.value, sign: direction === 'desc' ? -1 : 1 };
  });
  return items.toSorted((left, right) => {
    for (const { value, sign } of keys) {
      const order = compared(value(left), value(right));
      if (order !== 0) return sign * order;
    }
    return 0;
  });
}

function compared(left: string | number | undefined, right: string | number | undefined): number {
  if (left === right) return 0;
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  return left < right ? -1 : 1;
}

/**
 * Page tokens (AIP-158) of the lists that belong to one operation: the place at which the list continues, and the list.
 *
 * Invariant: a token is valid only for the list that returned it, with any page size. So no page is of another wait than the page
 * before, also if the operation begins a wait meanwhile.
 */
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** The names and parameters that a list depends on. */
type Listed = readonly string[];

interface Continued {
  readonly place: number;
  /** Absent at the beginning of a list, and in tokens of earlier releases, which do not name their list. */
  readonly list?: Listed;
}

export function positionToken(place: number, list: Listed): string {
  return Buffer.from(JSON.stringify([place, ...list])).toString('base64url');
}

/** Returns where the list continues. @throws InvalidInput */
export function continuedAt(token: string | undefined): Continued {
  if (!token) return { place: 0 };
  const [place, ...list] = contentOf(token);
  if (!Number.isSafeInteger(place) || Number(place) < 0 || !list.every((part) => typeof part === 'string')) {
    throw foreignToken();
  }
  return { place: Number(place), list: list.length > 0 ? list : undefined };
}

/** @throws InvalidInput if the token is of another list */
export function requireSameList(list: Listed | undefined, expected: Listed): void {
  const isSame =
    list === undefined ||
    (list.length === expected.length && list.every((part, index) => part === expected[index]));
  if (!isSame) throw foreignToken();
}

function contentOf(token: string): readonly unknown[] {
  try {
    const content: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(content) ? content : [content];
  } catch {
    throw foreignToken();
  }
}

function foreignToken(): InvalidInput {
  return new InvalidInput('pageToken', 'must be a token that this method returned for the same parameters');
}

import { randomUUID } from 'node:crypto';

/** Names that no other test has. */
export function freshName(what: string): string {
  return `operations/${what}-${randomUUID().slice(0, 8)}`;
}

export function freshNames(what: string, count: number): string[] {
  const base = freshName(what);
  return Array.from({ length: count }, (_, index) => `${base}-${index + 1}`);
}

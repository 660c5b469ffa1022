/** Thrown by the fast reader of YAML for everything that it leaves to the full one. */
export class Unusual extends Error {}

export function unusual(): never {
  throw new Unusual();
}

/**
 * Imports a package of `bench/peers/package.json`. The project itself does not depend on it, so `T` declares the part that the
 * benchmark uses. The type checker does not resolve an import whose name is a variable.
 */
export async function peerPackage<T>(name: string): Promise<T> {
  return (await import(name)) as T;
}

/**
 * A package of `bench/peers/package.json`, which the project does not have: `T` says what is used of it. Imports by a
 * variable are not looked up by the type checker.
 */
export async function peerPackage<T>(name: string): Promise<T> {
  return (await import(name)) as T;
}

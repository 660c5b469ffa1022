/** The oldest Node that runs the package, as `engines` of package.json says to npm, which only warns. */
export const OLDEST_NODE = '20.19';

/** Returns what to tell the user of a Node that is older than {@link OLDEST_NODE}, and undefined otherwise. */
export function versionComplaint(version: string): string | undefined {
  const [major, minor] = numbers(version);
  const [oldestMajor, oldestMinor] = numbers(OLDEST_NODE);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `lro needs Node ${OLDEST_NODE} or newer, and this is Node ${version}: https://nodejs.org/en/download`;
}

function numbers(version: string): readonly [major: number, minor: number] {
  const [major, minor] = version.split('.').map(Number);
  return [major ?? 0, minor ?? 0];
}

/**
 * The order of the rooms, written once. A file may import from its own room and from the rooms of every floor below its
 * own; rooms of one floor stand side by side and do not import each other.
 */
export const FLOORS: readonly (readonly string[])[] = [
  ['proto'],
  // Spans, metrics and trace context: a port that every room may import, and that imports no room.
  ['shared/telemetry'],
  ['shared/files'],
  ['shared/lifecycle'],
  // The ports' failures, and what is published: messages are read and written in their terms.
  ['shared/orchestrator/ports/failure.ts', 'shared/orchestrator/ports/publisher.ts'],
  ['shared/messages'],
  ['shared/http'],
  ['shared/orchestrator'],
  ['shared/records'],
  ['shared/spanner', 'shared/pubsub', 'shared/workflows', 'shared/tasks'],
  ['shared/access'],
  ['shared/operations-api'],
  ['console/server'],
  ['functions'],
  ['local'],
  // The whole system in one process, for users' own tests.
  ['testing'],
  ['examples', 'console'],
  // Commands, which also play an example.
  ['bin', 'local/start.ts', 'bench'],
  ['test', 'packaging'],
  // The configuration of the repository, that of the tests included.
  ['.'],
];

/** Rooms that stand beside the floors: what each of them may import, and nothing else. Every floor from `local` on may import them. */
export const ASIDE: Readonly<Record<string, readonly string[]>> = {
  // A separate product. It shares the code for HTTP answers and folders, and rejects with the same failures.
  executor: ['shared/files', 'shared/http', 'shared/orchestrator/ports/failure.ts'],
  // Users import this code into their processes, so it imports nothing of the server, except for the check of Google's tokens.
  'shared/client': [],
  'shared/worker': ['shared/client', 'shared/access', 'shared/telemetry'],
};

/** The first floor that may import the rooms beside the floors. */
const FIRST_ABOVE_ASIDE = FLOORS.findIndex((floor) => floor.includes('local'));

const ROOMS = [...FLOORS.flat(), ...Object.keys(ASIDE)].sort((one, other) => other.length - one.length);

/** The room of a file: the one with the longest path. A room is a folder, or a file that has a floor of its own. */
export function roomOf(file: string): string {
  return ROOMS.find((room) => file === room || file.startsWith(`${room}/`)) ?? '.';
}

export function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  const own = ASIDE[from];
  if (own) return own.includes(to);
  const floor = floorOf(from);
  return to in ASIDE ? floor >= FIRST_ABOVE_ASIDE : floorOf(to) < floor;
}

function floorOf(room: string): number {
  return FLOORS.findIndex((floor) => floor.includes(room));
}

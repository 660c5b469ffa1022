/** Why a local system does not start, and what helps, for the person who started it. */
import { FolderInUse } from '../shared/files/folder-lock.ts';
import { startCommandWith } from './start-command.ts';
import type { StartOptions } from './start-options.ts';

/** The error of Node's `listen` names the port. */
interface SystemError extends Error {
  /** A number in errors of gRPC. */
  readonly code?: string | number;
  readonly syscall?: string;
  readonly port?: number;
}

/** Codes of Node and of SQLite, by their beginning. */
const FULL = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'];
const NOT_WRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'SQLITE_READONLY', 'SQLITE_CANTOPEN'];

type Ports = Pick<StartOptions, 'grpcPort'> & { readonly port?: number };

/** @param args what the person has given, which the advice repeats */
export function startFailure(
  error: unknown,
  options: Ports & Pick<StartOptions, 'data'>,
  args: readonly string[] = [],
): string {
  const causes = causesOf(error);
  const listening = causes.find(({ syscall }) => syscall === 'listen');
  if (listening) return portFailure(listening, options, args);
  const { message } = error as Error;
  const { data } = options;
  if (data === undefined) return message;
  const has = (codes: readonly string[]) =>
    causes.some(({ code = '' }) => codes.some((start) => String(code).startsWith(start)));
  // The thread of the database passes messages on, and no codes.
  if (has(FULL) || message.includes('disk is full'))
    return `The disk of the folder ${data} is full (${message}). Free some space, or choose another folder: --data DIR`;
  if (error instanceof FolderInUse) return `${message} Stop it, or choose another folder: --data DIR`;
  if (!has(NOT_WRITABLE)) return message;
  const named = message.includes(data) ? message : `The folder ${data} cannot be written: ${message}`;
  return `${named}. Make it writable, or choose another folder: --data DIR`;
}

function portFailure(
  { code, message, port = 0 }: SystemError,
  { port: mainPort, grpcPort }: Ports,
  args: readonly string[],
): string {
  const flag = port === grpcPort ? '--grpc-port' : '--port';
  if (code === 'EADDRINUSE') {
    const next = port + (port + 1 === (flag === '--port' ? grpcPort : mainPort) ? 2 : 1);
    return `Port ${port} is in use. Stop what uses it, or choose another: ${startCommandWith(args, flag, String(next))}`;
  }
  if (code === 'EACCES') return `Port ${port} is not allowed. Choose one above 1023: ${flag} N`;
  return `Port ${port} cannot be served: ${message}`;
}

/** The error, and what caused it. */
function causesOf(error: unknown): readonly SystemError[] {
  const causes: SystemError[] = [];
  for (let next = error; next instanceof Error && !causes.includes(next); next = next.cause)
    causes.push(next);
  return causes;
}

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresPrograms } from './servers/postgres.ts';

/** Installs what the engines need besides this project. */

/** Installs the packages of `bench/peers/package.json` where they are missing. */
export function installPackages(folder: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  if (Object.keys(dependencies).every((name) => existsSync(join(folder, 'node_modules', name)))) return;
  console.log('installing the packages of bench/peers');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const PROGRAMS = [
  {
    peer: 'bullmq',
    debian: 'redis-server',
    isThere: () => spawnSync('redis-server', ['--version']).error === undefined,
  },
  { peer: 'pgboss', debian: 'postgresql', isThere: () => postgresPrograms() !== undefined },
] as const;

/** @throws Error that says what to install, if the server of a peer is missing */
export function checkPrograms(peers: readonly string[]): void {
  const missing = PROGRAMS.filter(({ peer, isThere }) => peers.includes(peer) && !isThere());
  if (missing.length === 0) return;
  const packages = missing.map(({ debian }) => debian).join(' ');
  const without = missing.map(({ peer }) => peer).join(', ');
  throw new Error(
    `Debian's ${packages} is needed for ${without}: apt-get install ${packages}, or name other peers: --peers ours,restate`,
  );
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OLDEST_NODE, versionComplaint } from '../../bin/node-version.ts';
import { REPOSITORY } from '../rooms/tracked-files.ts';

it('refuses a Node that package.json does not allow, and names both versions', () => {
  const { engines } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  expect(engines.node).toBe(`>=${OLDEST_NODE}`);
  expect(versionComplaint('18.20.8')).toMatch(/needs Node 20\.19 or newer, and this is Node 18\.20\.8/);
  expect(versionComplaint('20.18.3')).toBeDefined();
});

it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0', process.versions.node])('accepts Node %s', (version) => {
  expect(versionComplaint(version)).toBeUndefined();
});

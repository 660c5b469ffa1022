import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CREATE_PROTO_BUNDLE, protoDescriptors } from '../../shared/spanner/descriptors.ts';
import { REPOSITORY } from './deployment.ts';

const read = (path: string) => readFile(join(REPOSITORY, path), 'utf8');

/** deploy.sh needs no Node, so what it gives to Spanner is kept as files: they have to be what the code would give. */
it('holds the descriptors and the proto bundle of deploy.sh to those of shared/spanner', async () => {
  const lines =
    Buffer.from(protoDescriptors())
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  // Where a message changes: vitest -u writes the file anew. What a database that exists makes of that is for a new DDL
  // file with ALTER PROTO BUNDLE to say.
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../../deploy/proto-descriptors.base64');
  expect(await read('deploy/spanner.sh')).toContain(`'${CREATE_PROTO_BUNDLE}'`);
});

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isExecutable, sdkRoot } from '../../local/emulators/gcloud.ts';
import { freePort } from '../../local/emulators/ports.ts';
import { type RunningProcess, startProcess } from '../../local/emulators/server-process.ts';
import { connect } from '../../shared/spanner/database.ts';
import { applySchema, schemaVersions } from '../../shared/spanner/schema.ts';
import { type Result, SampleProject, SETTINGS } from './deployment.ts';
import { GcloudProcess } from './gcloud-process.ts';
import { leftOut } from './left-out.ts';

const sdk = await sdkRoot();
// The emulator with its REST interface, which gcloud speaks.
const gateway = join(sdk ?? '', 'bin/cloud_spanner_emulator/gateway_main');
const available = sdk !== undefined && (await isExecutable(gateway));
if (!available) leftOut('the schema by gcloud on the Spanner emulator', 'the emulator is not installed');

const OURS = { project: 'sample-project', instance: 'lro', database: 'lro' };
/** What the emulator does not know: editions and backups. */
const UNKNOWN_FLAG = /^--(edition|default-backup-schedule-type)=/;
const REFERENCE = { ...OURS, database: 'reference' };

describe.skipIf(!available)('the schema that deploy.sh applies, with the real gcloud on the emulator', () => {
  let emulator: RunningProcess;
  let gcloud: GcloudProcess;
  let project: SampleProject;
  let deploySchema: () => Promise<Result>;

  beforeAll(async () => {
    const [grpc, rest] = [await freePort(), await freePort()];
    emulator = await startProcess({
      command: gateway,
      args: ['--hostname', '127.0.0.1', '--grpc_port', `${grpc}`, '--http_port', `${rest}`],
      ready: (printed) => /gRPC server listening/.exec(printed) ?? undefined,
    });
    process.env.SPANNER_EMULATOR_HOST = `127.0.0.1:${grpc}`;
    project = await SampleProject.create((args) =>
      args[0] === 'spanner' ? gcloud.run(args.filter((argument) => !UNKNOWN_FLAG.test(argument))) : undefined,
    );
    gcloud = await GcloudProcess.start(project.root, {
      ...process.env,
      CLOUDSDK_CONFIG: join(project.root, 'gcloud'),
      CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
      CLOUDSDK_API_ENDPOINT_OVERRIDES_SPANNER: `http://127.0.0.1:${rest}/`,
    });
    deploySchema = () => project.deploy(['schema', ...SETTINGS, '--spanner-config=emulator-config']);
  });
  afterAll(async () => {
    await gcloud?.close();
    await Promise.all([emulator?.stop(), project?.remove()]);
  });

  it('is the one that shared/spanner applies, and is applied once', async () => {
    expect(await deploySchema()).toMatchObject({ code: 0 });
    await applySchema(REFERENCE);
    const [ours, reference] = await Promise.all([schemaOf(OURS), schemaOf(REFERENCE)]);
    expect(ours).toEqual(reference);
    expect(ours.join('\n')).toContain('key STRING(MAX) NOT NULL AS (Operation.name) STORED');

    // Either of the two sees what the other has done.
    expect(await applySchema(OURS)).toEqual([]);
    const again = await deploySchema();
    expect(again.stdout).not.toContain('gcloud spanner');
  });

  it('is completed after a run that broke off before it was recorded', async () => {
    await forgetVersions();
    const { stdout, code } = await deploySchema();
    expect(code).toBe(0);
    expect(stdout).toContain('gcloud spanner databases ddl update');
    expect(await recordedVersions()).toEqual((await schemaVersions('Operations')).map(({ name }) => name));
  });
});

async function schemaOf(location: typeof OURS): Promise<readonly string[]> {
  const { database, spanner } = await connect(location);
  const [statements] = await database.getSchema();
  spanner.close();
  return statements;
}

async function forgetVersions(): Promise<void> {
  const { database, spanner, newMutations } = await connect(OURS);
  const names = (await schemaVersions('Operations')).map(({ name }) => name);
  const mutations = newMutations();
  mutations.deleteRows('OperationsSchemaVersions', names);
  await database.writeAtLeastOnce(mutations);
  spanner.close();
}

async function recordedVersions(): Promise<readonly string[]> {
  const { database, spanner } = await connect(OURS);
  const [rows] = await database
    .table('OperationsSchemaVersions')
    .read({ columns: ['Version'], keySet: { all: true } });
  spanner.close();
  return rows.map((row) => String(row.toJSON().Version));
}

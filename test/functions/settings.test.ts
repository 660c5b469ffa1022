import { describe, expect, it } from 'vitest';
import { readSettings } from '../../functions/settings.ts';
import { ALLOWED_HOST_LISTS, REFUSED_HOST_LISTS, SHARED_WILDCARDS } from '../deploy/host-lists.ts';

const COMPLETE = { PROJECT_ID: 'p', RESUME_URL: 'https://resume.example.com' };
const read = (more: Readonly<Record<string, string>>) => readSettings({ ...COMPLETE, ...more });

describe('the settings of the functions', () => {
  it('require only the project and the URL of resume', () => {
    expect(readSettings(COMPLETE)).toMatchObject({
      ...COMPLETE,
      SPANNER_TABLE: 'Operations',
      TOPIC_COMPLETIONS: 'operation-completions',
      PUSH: true,
      ALLOWED_HOSTS: [],
      AUDIENCES: new Map(),
      DEFAULT_TTL_DAYS: 30,
      WAIT_WORKFLOW: 'always',
      TOPIC_PREFIXES: [],
      MAX_PAYLOAD_BYTES: 1_048_576,
      RETRIES_PER_SECOND: 100,
      TIMEOUT_SECONDS: 60,
    });
  });

  it('treat an empty optional variable as absent', () => {
    const empty = read({
      TASKS_QUEUE: '',
      TOPIC_PREFIXES: '',
      AUDIENCES: '',
      ALLOWED_HOSTS: '',
      PAGE_TOKEN_KEY: '',
    });
    expect(empty).toMatchObject({ TOPIC_PREFIXES: [], ALLOWED_HOSTS: [] });
    expect(empty.TASKS_QUEUE).toBeUndefined();
    expect(empty.PAGE_TOKEN_KEY).toBeUndefined();
  });

  it('are read with their types', () => {
    const settings = read({
      PUSH: 'off',
      ALLOWED_HOSTS: 'a.example.com, *.b.example.com',
      AUDIENCES: 'a.example.com=https://b.example.com, c.b.example.com=x=y',
      DEFAULT_TTL_DAYS: '0.5',
      TOPIC_PREFIXES: 'operation-lifecycle-a=a-,operation-lifecycle-team.b=b-',
      MAX_PAYLOAD_BYTES: '4194304',
      WAIT_WORKFLOW: 'sweep',
    });
    expect(settings).toMatchObject({
      PUSH: false,
      ALLOWED_HOSTS: ['a.example.com', '*.b.example.com'],
      DEFAULT_TTL_DAYS: 0.5,
      TOPIC_PREFIXES: [
        { topic: 'operation-lifecycle-a', prefix: 'a-', ending: '-a' },
        { topic: 'operation-lifecycle-team.b', prefix: 'b-', ending: '-team.b' },
      ],
      MAX_PAYLOAD_BYTES: 4_194_304,
      WAIT_WORKFLOW: 'sweep',
    });
    expect(settings.AUDIENCES).toEqual(
      new Map([
        ['a.example.com', 'https://b.example.com'],
        ['c.b.example.com', 'x=y'],
      ]),
    );
  });

  it.each([
    ['PROJECT_ID', ''],
    ['RESUME_URL', 'nowhere'],
    ['RESUME_URL', 'http://resume.example.com'],
    ['RESUME_URL', 'https://user@resume.example.com'],
    ['SWEEP_URL', 'ftp://sweep.example.com'],
    ['PUSH', 'yes'],
    ['PUSH', 'ON'],
    ['DEFAULT_TTL_DAYS', 'long'],
    ['DEFAULT_TTL_DAYS', ''],
    ['DEFAULT_TTL_DAYS', '0'],
    ['DEFAULT_TTL_DAYS', '-1'],
    ['DEFAULT_TTL_DAYS', '1e2'],
    ['DEFAULT_TTL_DAYS', '0x10'],
    ['DEFAULT_TTL_DAYS', ' 5'],
    ['DEFAULT_TTL_DAYS', '4000'],
    ['LOG_LEVEL', 'loud'],
    ['WORKFLOWS_ENDPOINT', 'here'],
    ['SPANNER_TABLE', 'Operations; DROP'],
    ['SPANNER_TABLE', 'a`b'],
    ['TOPIC_SIGNALS', 'a b c'],
    ['TOPIC_SIGNALS', 'operation-lifecycle'],
    ['TOPIC_COMPLETIONS', 'operation-lifecycle'],
    ['TOPIC_DEAD_LETTERS', 'operation-lifecycle'],
    ['WAIT_WORKFLOW', 'never'],
    ['WAIT_WORKFLOW', ''],
    ['WAIT_WORKFLOW', 'constructor'],
    ['MAX_PAYLOAD_BYTES', '0'],
    ['MAX_PAYLOAD_BYTES', '1023'],
    ['MAX_PAYLOAD_BYTES', '4194305'],
    ['MAX_PAYLOAD_BYTES', '1.5'],
    ['MAX_PAYLOAD_BYTES', '1MiB'],
    ['MAX_PAYLOAD_BYTES', '１'],
    ['RETRIES_PER_SECOND', '0'],
    ['RETRIES_PER_SECOND', '100000'],
    ['RETRIES_PER_SECOND', 'Infinity'],
    ['TIMEOUT_SECONDS', '0'],
    ['TIMEOUT_SECONDS', '60s'],
  ])('name %s when it is "%s"', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(`\\n {2}${name}: must`));
  });

  it.each([
    ['operation-lifecycle-a', 'TOPIC=PREFIX'],
    ['operation-lifecycle-a=', 'prefix of ids'],
    ['operation-lifecycle-a=-a', 'prefix of ids'],
    ['operation-lifecycle-a=a/b', 'prefix of ids'],
    [`operation-lifecycle-a=${'a'.repeat(65)}`, 'prefix of ids'],
    ['operation-lifecycle=a-', 'begin with operation-lifecycle-'],
    ['operation-lifecycle-=a-', 'begin with operation-lifecycle-'],
    ['other-a=a-', 'begin with operation-lifecycle-'],
    ['xoperation-lifecycle-a=a-', 'begin with operation-lifecycle-'],
    ['the-topic-of-another-service-a=a-', 'begin with operation-lifecycle-'],
    ['operation-lifecycle-a/b=a-', 'begin with operation-lifecycle-'],
    ['operation-lifecycle-/b=a-', 'begin with operation-lifecycle-'],
    ['operation-lifecycle-a/=a-', 'begin with operation-lifecycle-'],
    [`operation-lifecycle-${'a'.repeat(236)}=a-`, 'begin with operation-lifecycle-'],
    ['operation-lifecycle-a=a-,', 'TOPIC=PREFIX'],
    [',operation-lifecycle-a=a-', 'TOPIC=PREFIX'],
    ['operation-lifecycle-a=a-,operation-lifecycle-a=b-', 'twice'],
    ['operation-lifecycle-a=a-,operation-lifecycle-b=a-', 'begins another'],
    ['operation-lifecycle-a=a-,operation-lifecycle-b=a-b', 'begins another'],
    ['operation-lifecycle-a=a-b,operation-lifecycle-b=a', 'begins another'],
  ])('refuse TOPIC_PREFIXES=%s: %s', (value, reason) => {
    expect(() => read({ TOPIC_PREFIXES: value })).toThrow(
      new RegExp(`\\n {2}TOPIC_PREFIXES: must .*${reason}`),
    );
  });

  it.each([
    `operation-lifecycle-${'a'.repeat(235)}=a-`,
    `operation-lifecycle-a=${'a'.repeat(64)}`,
    'operation-lifecycle-a=x-b,operation-lifecycle-b=b',
    'operation-lifecycle-a=b,operation-lifecycle-b=x-b',
  ])('accept TOPIC_PREFIXES=%s', (value) => {
    expect(read({ TOPIC_PREFIXES: value }).TOPIC_PREFIXES).toHaveLength(value.split(',').length);
  });

  it.each([
    ['a.example.com', 'HOST=AUDIENCE'],
    ['a.example.com=', 'audience'],
    ['a.example.com=a b', 'audience'],
    ['b.example.com=x', 'hosts of ALLOWED_HOSTS'],
    ['a.example.com:8443=x', 'hosts of ALLOWED_HOSTS'],
    ['c.example.com=x', 'hosts of ALLOWED_HOSTS'],
    ['evil-c.example.com=x', 'hosts of ALLOWED_HOSTS'],
    ['a.c.example.com.evil.example=x', 'hosts of ALLOWED_HOSTS'],
    ['*.c.example.com=x', 'without a wildcard'],
    ['127.0.0.1=x', 'names of hosts'],
    ['https://a.example.com=x', 'no URLs'],
    ['a.example.com=x,', 'HOST=AUDIENCE'],
    ['a.example.com=x,a.example.com=y', 'twice'],
  ])('refuse AUDIENCES=%s: %s', (value, reason) => {
    const settings = { ALLOWED_HOSTS: 'a.example.com,*.c.example.com', AUDIENCES: value };
    expect(() => read(settings)).toThrow(new RegExp(`\\n {2}AUDIENCES: must .*${reason}`));
  });

  it.each(ALLOWED_HOST_LISTS)('accept ALLOWED_HOSTS=%s', (value) => {
    expect(read({ ALLOWED_HOSTS: value }).ALLOWED_HOSTS).toHaveLength(
      value === '' ? 0 : value.split(',').length,
    );
  });

  it.each([...REFUSED_HOST_LISTS, ...SHARED_WILDCARDS])('refuse ALLOWED_HOSTS=%s', (value) => {
    expect(() => read({ ALLOWED_HOSTS: value })).toThrow(/\n {2}ALLOWED_HOSTS: must /);
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:1'])(
    'accept %s on emulators, and nowhere else',
    (value) => {
      const onEmulator = { ALLOWED_HOSTS: value, SPANNER_EMULATOR_HOST: 'localhost:9010' };
      expect(read(onEmulator).ALLOWED_HOSTS).toEqual([value]);
      expect(() => read({ ALLOWED_HOSTS: value })).toThrow(/ALLOWED_HOSTS: must/);
      const remote = { ...onEmulator, ALLOWED_HOSTS: 'http://10.0.0.1' };
      expect(() => read(remote)).toThrow(/ALLOWED_HOSTS: must/);
    },
  );

  it('require the location, the account and the sweep URL of a queue', () => {
    expect(() => read({ TASKS_QUEUE: 'q' })).toThrow(
      /TASKS_LOCATION: must.*\n.*TASKS_SERVICE_ACCOUNT: must.*\n.*SWEEP_URL: must/,
    );
    const rest = {
      TASKS_LOCATION: 'us-central1',
      TASKS_SERVICE_ACCOUNT: 'a@b',
      SWEEP_URL: 'https://s.example.com',
    };
    expect(read({ TASKS_QUEUE: 'q', ...rest })).toMatchObject({ TASKS_QUEUE: 'q', ...rest });
  });

  it('name all that is missing at once', () => {
    expect(() => readSettings({})).toThrow(/PROJECT_ID: .*\n.*RESUME_URL: /);
  });

  it('name no secret in an error', () => {
    expect(() => read({ PUSH: 'x', PAGE_TOKEN_KEY: 'the-secret' })).toThrow(/^(?!.*the-secret)/s);
  });
});

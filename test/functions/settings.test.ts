import { describe, expect, it } from 'vitest';
import { readSettings } from '../../functions/settings.ts';

const COMPLETE = { PROJECT_ID: 'p', RESUME_URL: 'https://resume.example.com' };

describe('the settings of the functions', () => {
  it('need no more than the project and the URL of resume', () => {
    expect(readSettings(COMPLETE)).toMatchObject({
      ...COMPLETE,
      SPANNER_TABLE: 'Operations',
      TOPIC_COMPLETIONS: 'operation-completions',
      PUSH: true,
      ALLOWED_HOSTS: [],
      DEFAULT_TTL_DAYS: 30,
    });
  });

  it('are read as what they are', () => {
    const more = { PUSH: 'off', ALLOWED_HOSTS: 'a.example.com, *.a.run.app,', DEFAULT_TTL_DAYS: '0.5' };
    expect(readSettings({ ...COMPLETE, ...more })).toMatchObject({
      PUSH: false,
      ALLOWED_HOSTS: ['a.example.com', '*.a.run.app'],
      DEFAULT_TTL_DAYS: 0.5,
    });
  });

  it.each([
    ['PROJECT_ID', ''],
    ['RESUME_URL', 'nowhere'],
    ['PUSH', 'yes'],
    ['DEFAULT_TTL_DAYS', 'long'],
    ['DEFAULT_TTL_DAYS', '4000'],
    ['LOG_LEVEL', 'loud'],
    ['WORKFLOWS_ENDPOINT', 'here'],
  ])('name %s when it is "%s"', (name, value) => {
    expect(() => readSettings({ ...COMPLETE, [name]: value })).toThrow(new RegExp(`\\n {2}${name}: `));
  });

  it('name all that is missing at once', () => {
    expect(() => readSettings({})).toThrow(/PROJECT_ID: .*\n.*RESUME_URL: /);
  });
});

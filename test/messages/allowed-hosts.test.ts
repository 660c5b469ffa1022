import { describe, expect, it } from 'vitest';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { lifecycleEventOf } from '../../shared/messages/lifecycle-event.ts';
import { refusedField } from './refused-field.ts';

const HOSTS = [
  'jobs.example.com',
  'ports.example.com:8443',
  '*.svc.example.com',
  '*.batch.example.com',
  'http://127.0.0.1:9000',
];
const hosts = new AllowedHosts(HOSTS, {
  audiences: new Map([['bound.svc.example.com', '1234.apps.googleusercontent.com']]),
});

describe('a URL on an allowed host', () => {
  it.each([
    ['https://jobs.example.com/v1?x=1', 'https://jobs.example.com/v1?x=1'],
    ['https://jobs.example.com', 'https://jobs.example.com/'],
    ['https://JOBS.example.com/A', 'https://jobs.example.com/A'],
    ['https://jobs.example.com:443/', 'https://jobs.example.com/'],
    ['https://ports.example.com:8443/', 'https://ports.example.com:8443/'],
    ['https://x.svc.example.com/', 'https://x.svc.example.com/'],
    ['https://y.x.svc.example.com/', 'https://y.x.svc.example.com/'],
    ['https://x.batch.example.com/', 'https://x.batch.example.com/'],
    ['HTTPS://jobs.example.com/a/.../b', 'https://jobs.example.com/a/.../b'],
    ['http://127.0.0.1:9000/resume', 'http://127.0.0.1:9000/resume'],
    ['https://jobs%2Eexample.com/', 'https://jobs.example.com/'],
  ])('%s is passed on as %s', (url, passedOn) => {
    expect(hosts.check(url, 'f')).toBe(passedOn);
  });

  it.each([
    ['backslashes', 'https:\\\\jobs.example.com/'],
    ['one backslash', 'https://jobs.example.com\\@evil.example/'],
    ['no slashes', 'https:jobs.example.com/'],
    ['one slash', 'https:/jobs.example.com/'],
    ['three slashes', 'https:///jobs.example.com/'],
    ['a space in front', ' https://jobs.example.com/'],
    ['a space behind', 'https://jobs.example.com/ '],
    ['a line break', 'https://jobs.example\n.com/'],
    ['a tab', 'https://jobs.exam\tple.com/'],
    ['full-width dots', 'https://jobs．example．com/'],
    ['another full stop', 'https://jobs。example.com/'],
    ['a soft hyphen', 'https://jobs.exam\u00adple.com/'],
    ['another alphabet', 'https://jobs.example.com/ä'],
    ['a user', 'https://jobs.example.com@evil.example/'],
    ['a user of the host', 'https://me@jobs.example.com/'],
    ['a password', 'https://a:b@jobs.example.com/'],
    ['a password without a user', 'https://:b@jobs.example.com/'],
    ['a fragment', 'https://jobs.example.com/#x'],
    ['an empty fragment', 'https://jobs.example.com/#'],
    ['dots', 'https://jobs.example.com/a/../b'],
    ['encoded dots', 'https://jobs.example.com/a/%2E%2e/b'],
    ['dots at the end', 'https://jobs.example.com/a/..'],
    ['one dot', 'https://jobs.example.com/./b'],
    ['a host behind', 'https://jobs.example.com.evil.example/'],
    ['a host in front', 'https://evil-jobs.example.com/'],
    ['a dot behind', 'https://jobs.example.com./'],
    ['another port', 'https://jobs.example.com:8443/'],
    ['no port', 'https://ports.example.com/'],
    ['the suffix itself', 'https://svc.example.com/'],
    ['the suffix behind an empty label', 'https://.svc.example.com/'],
    ['the suffix within a label', 'https://evil-svc.example.com/'],
    ['a host behind the suffix', 'https://x.svc.example.com.evil.example/'],
    ['a port with a wildcard', 'https://x.svc.example.com:8443/'],
    ['plain http', 'http://jobs.example.com/'],
    ['another local port', 'http://127.0.0.1:9001/'],
    ['https of a local one', 'https://127.0.0.1:9000/'],
    ['an address as a number', 'http://2130706433:9000.evil.example/'],
    ['another protocol', 'ftp://jobs.example.com/'],
    ['a script', 'javascript:alert(1)'],
    ['no URL', 'jobs.example.com'],
    ['nothing', ''],
  ])('has not %s', (_, url) => {
    expect(refusedField(() => hosts.check(url, 'f'))).toBe('f');
  });

  it('may be any port of this machine on a local system, and only there', () => {
    const local = new AllowedHosts([], { loopback: true });
    for (const url of [
      'http://localhost:3000/a',
      'http://127.0.0.1:1/',
      'http://[::1]:8/',
      'http://127.0.0.2/',
    ]) {
      expect(local.check(url, 'f')).toBe(url);
      expect(refusedField(() => hosts.check(url, 'f'))).toBe('f');
    }
    for (const url of [
      'http://192.168.0.1/',
      'http://localhost.evil.example/',
      'http://127.0.0.1.evil.example/',
      'https://localhost:3000/a',
    ]) {
      expect(refusedField(() => local.check(url, 'f'))).toBe('f');
    }
  });
});

describe('an endpoint', () => {
  it.each([
    ['https://jobs.example.com', 'https://jobs.example.com'],
    ['https://jobs.example.com/', 'https://jobs.example.com'],
    ['https://jobs.example.com/lro//', 'https://jobs.example.com/lro'],
  ])('%s is what a path is appended to as %s', (endpoint, base) => {
    expect(hosts.checkBase(endpoint, 'f')).toBe(base);
  });

  it.each(['https://jobs.example.com/?x=', 'https://jobs.example.com/?', 'https://jobs.example.com/a?b/c'])(
    'has no query: %s',
    (endpoint) => {
      expect(refusedField(() => hosts.checkBase(endpoint, 'f'))).toBe('f');
    },
  );
});

describe('an audience', () => {
  const of = (endpoint: string, audience?: string) => hosts.audience(endpoint, audience, 'f');

  it('is the endpoint if the event names none', () => {
    expect(of('https://jobs.example.com/lro')).toBe('https://jobs.example.com/lro');
  });

  it.each(['https://jobs.example.com', 'https://jobs.example.com/', 'https://jobs.example.com/other'])(
    'may be %s, which is within the origin of the endpoint',
    (audience) => {
      expect(of('https://jobs.example.com/lro', audience)).toBe(audience);
    },
  );

  it.each([
    'https://other.example.com',
    'https://x.svc.example.com',
    'https://jobs.example.com.evil.example',
    'https://jobs.example.com:8443',
    'https://jobs.example.com@evil.example',
    'https://JOBS.example.com',
    'http://jobs.example.com',
    'https://jobs.example.com/../x',
    'https://jobs.example.com/a b',
    'https://jobs.example.com/\\x',
    'https://evil.example/https://jobs.example.com/',
    '1234.apps.googleusercontent.com',
    ' ',
  ])('may not be %j, which is that of another service', (audience) => {
    expect(refusedField(() => of('https://jobs.example.com', audience))).toBe('f');
  });

  it('is the one that the deployment binds the host to', () => {
    const bound = '1234.apps.googleusercontent.com';
    expect(of('https://bound.svc.example.com')).toBe(bound);
    expect(of('https://bound.svc.example.com', bound)).toBe(bound);
    expect(refusedField(() => of('https://x.svc.example.com', bound))).toBe('f');
  });
});

describe('a child of another service', () => {
  const read = (external: object) => {
    const event = { operation: 'operations/p', waiting: { externalOperations: [external] } };
    const message = {
      data: Buffer.from(JSON.stringify(event)),
      attributes: {},
      messageId: 'm',
      publishTime: 0,
    };
    return lifecycleEventOf(message, hosts);
  };
  const endpoint = 'https://jobs.example.com/';

  it('is kept in the form that was checked', () => {
    const event = read({ name: 'operations/c', endpoint: 'https://JOBS.example.com:443/' });
    const external = {
      name: 'operations/c',
      endpoint: 'https://jobs.example.com',
      audience: 'https://jobs.example.com',
    };
    expect(event).toMatchObject({ terms: { externals: [external] } });
  });

  it.each([
    'operations/c',
    'projects/p/locations/l/operations/operation-1.2~3_4',
    'c',
    'a:b@c',
    "it's/(a),name;x=1",
    '..a/b..',
  ])('may be named %s', (name) => {
    expect(read({ name, endpoint })).toMatchObject({ terms: { externals: [{ name }] } });
  });

  it.each([
    '../x',
    'operations/../x',
    'operations/..',
    './x',
    'a/./b',
    'a?b',
    'a#b',
    'a%2e%2e/b',
    '/a',
    'a/',
    'a//b',
    'a b',
    'a\\b',
    'ä',
    'a\u202eb',
  ])('may not be named %j', (name) => {
    expect(refusedField(() => read({ name, endpoint }))).toBe('waiting.externalOperations[0].name');
  });

  it('cannot request a token for the audience of another service', () => {
    const audience = 'https://x.svc.example.com';
    expect(refusedField(() => read({ name: 'c', endpoint, audience }))).toBe(
      'waiting.externalOperations[0].audience',
    );
  });
});

/** Values of ALLOWED_HOSTS, for everything that reads it: the functions, deploy.sh and Terraform. */
import { readFileSync } from 'node:fs';

export const ALLOWED_HOST_LISTS: readonly string[] = [
  '',
  'jobs.example.com',
  'jobs.example.com:8443',
  '*.jobs.example.com',
  '*.example.com',
  'jobs.example.com, *.b.example.com',
  'render-123456789012.us-central1.run.app',
  'render-abc-uc.a.run.app',
  '*.render-abc-uc.a.run.app',
  'compute.googleapis.com',
  'xn--bcher-kva.example.com',
  'a-b.example.co.uk',
  '*.example.co.uk',
];

const suffixes = readFileSync(new URL('../../deploy/public-suffixes.txt', import.meta.url), 'utf8');
/** A wildcard for each public suffix that deploy.sh and Terraform know. */
export const SHARED_WILDCARDS = suffixes
  .split('\n')
  .filter((line) => line !== '')
  .map((suffix) => `*.${suffix.replace(/^\*\./, 'label.')}`);

export const REFUSED_HOST_LISTS: readonly string[] = [
  // Anyone can register a host below these.
  '*',
  '*.com',
  '*.run.app',
  '*.a.run.app',
  '*.us-central1.run.app',
  '*.web.app',
  '*.github.io',
  '*.cloudfunctions.net',
  '*.appspot.com',
  '*.googleapis.com',
  '*.co.uk',
  '*.vercel.app',
  'jobs.example.com,*.a.run.app',
  // IP addresses, in every form that a URL takes.
  '127.0.0.1',
  '10.0.0.1:8080',
  '[::1]',
  '::1',
  '2130706433',
  '0x7f.1',
  '0x7f000001',
  '127.1',
  'a.0x10',
  '169.254.169.254',
  '*.0.0.1',
  // Other schemes, and texts that are not hosts.
  'http://jobs.example.com',
  'https://jobs.example.com',
  'http://127.0.0.1:8080',
  '//jobs.example.com',
  'jobs.example.com/path',
  'user@jobs.example.com',
  'jobs.example.com?x',
  'jobs.example.com#x',
  'Jobs.example.com',
  'jobs.example.com.',
  '.example.com',
  'jobs..example.com',
  '-jobs.example.com',
  'jobs-.example.com',
  'jobs_1.example.com',
  'jobs.*.example.com',
  '*jobs.example.com',
  '**.example.com',
  '*.*.example.com',
  'localhost',
  'jobs',
  'jöbs.example.com',
  'jobs.example.com\u200b',
  'jobs.example.com:',
  'jobs.example.com:0',
  'jobs.example.com:443',
  'jobs.example.com:65536',
  'jobs.example.com:08443',
  'jobs.example.com:8443:1',
  '*.example.com:8443',
  'jobs example.com',
  'jobs.example.com\nother.example.com',
  'jobs.example.com|X=1',
  `${'a'.repeat(64)}.example.com`,
  `${'a.'.repeat(126)}example.com`,
  // Empty entries.
  ',',
  'jobs.example.com,',
  ',jobs.example.com',
  'jobs.example.com,,other.example.com',
  'jobs.example.com, ,other.example.com',
];

import type { AnsweringMethod } from './method.ts';

export const describeApi: AnsweringMethod = {
  http: 'GET',
  path: '/openapi.json',
  // Loaded by the calls that read it, which are few.
  answer: async () => (await import('../openapi/document.ts')).openapiDocument,
};

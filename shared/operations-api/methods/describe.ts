import type { AnsweringMethod } from './method.ts';

export const describeApi: AnsweringMethod = {
  http: 'GET',
  path: '/openapi.json',
  // Loaded by the first call, because few callers read the description.
  answer: async () => (await import('../openapi/document.ts')).openapiDocument,
};

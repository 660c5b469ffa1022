/**
 * Every method of the API. To add a method, write it in a file of this folder, list it here, and describe it in
 * ../openapi/document.ts. A test compares both lists.
 */
import { statistics } from '../watch/statistics-method.ts';
import { watchAll, watchOne } from '../watch/watch-method.ts';
import { apply } from './apply.ts';
import { batch } from './batch.ts';
import { BULK_METHODS } from './bulk.ts';
import { cancel } from './cancel.ts';
import { children } from './children.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { describeApi } from './describe.ts';
import { erase } from './erase.ts';
import { explain } from './explain.ts';
import { exportOne } from './export.ts';
import { get, getByName } from './get.ts';
import { heartbeat } from './heartbeat.ts';
import { inspect } from './inspect.ts';
import { list } from './list.ts';
import type { ApiMethod } from './method.ts';
import { notify } from './notify.ts';
import { rerun } from './rerun.ts';
import { wait } from './wait.ts';

export const METHODS: readonly ApiMethod[] = [
  list,
  create,
  get,
  getByName,
  remove,
  cancel,
  wait,
  inspect,
  explain,
  exportOne,
  erase,
  watchAll,
  watchOne,
  statistics,
  children,
  heartbeat,
  apply,
  batch,
  notify,
  rerun,
  ...BULK_METHODS,
  describeApi,
];

import { isLabelKey } from '../../messages/label-key.ts';
import type { LabelSubject, TimeSubject } from '../../orchestrator/condition.ts';
import { filterProblem } from './problem.ts';
import type { Word } from './syntax.ts';

/** The fields that a filter may name, each with the type of its values. */
export type Field =
  | { readonly kind: 'text'; readonly subject: 'name' | 'method' | 'parent' | 'rerunOf' | LabelSubject }
  | { readonly kind: 'state' | 'done' | 'labels' | 'error' | 'errorCode' | 'attempt' }
  | { readonly kind: 'time'; readonly subject: TimeSubject };

const FIELDS: Readonly<Record<string, Field>> = {
  name: { kind: 'text', subject: 'name' },
  method: { kind: 'text', subject: 'method' },
  parent: { kind: 'text', subject: 'parent' },
  rerunOf: { kind: 'text', subject: 'rerunOf' },
  rerun_of: { kind: 'text', subject: 'rerunOf' },
  attempt: { kind: 'attempt' },
  state: { kind: 'state' },
  done: { kind: 'done' },
  labels: { kind: 'labels' },
  createTime: { kind: 'time', subject: 'createTime' },
  updateTime: { kind: 'time', subject: 'updateTime' },
  // The same fields by their names in .proto files, which filters may use too.
  create_time: { kind: 'time', subject: 'createTime' },
  update_time: { kind: 'time', subject: 'updateTime' },
  error: { kind: 'error' },
  'error.code': { kind: 'errorCode' },
};

const KNOWN =
  'name, done, state, method, parent, labels.KEY, createTime, updateTime, error.code, attempt, rerunOf';
export function fieldOf(path: readonly Word[]): Field {
  const [first, second] = path;
  if (first?.text === 'labels' && second) {
    if (path.length > 2) throw filterProblem(path[2]?.start ?? 0, 'labels have no fields');
    return { kind: 'text', subject: labelSubject(second) };
  }
  const name = path.map(({ text }) => text).join('.');
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (!field) throw filterProblem(first?.start ?? 0, `no field ${JSON.stringify(name)}: there are ${KNOWN}`);
  return field;
}

/** No operation has a label with another key, so a filter with such a key is refused as a mistake. */
export function labelSubject({ text, start }: Word): LabelSubject {
  if (!isLabelKey(text)) {
    throw filterProblem(start, 'a label key is 1 to 63 of A-Z a-z 0-9 _ - and starts with a letter');
  }
  return `labels.${text}`;
}

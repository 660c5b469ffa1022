/**
 * Splits a filter (AIP-160) into the clauses that AND joins. Some clauses are shown as chips, and all others stay text. The text
 * is the filter, and only the server interprets it.
 */
import { STATES, type State } from '../api/operation.ts';

export type Clause =
  | { readonly kind: 'states'; readonly states: readonly State[] }
  | { readonly kind: 'method' | 'parent'; readonly value: string }
  | { readonly kind: 'label'; readonly key: string; readonly value: string }
  | { readonly kind: 'since'; readonly time: string }
  | { readonly kind: 'unchanged'; readonly time: string }
  | { readonly kind: 'text'; readonly text: string };

export function clausesOf(filter: string): readonly Clause[] {
  return splitAtAnd(filter).map(clauseOf);
}

export function filterOf(clauses: readonly Clause[]): string {
  return clauses.map(textOf).join(' AND ');
}

export function textOf(clause: Clause): string {
  switch (clause.kind) {
    case 'states':
      return clause.states.length === 1
        ? `state = ${clause.states[0]}`
        : `(${clause.states.map((state) => `state = ${state}`).join(' OR ')})`;
    case 'method':
    case 'parent':
      return `${clause.kind} = ${quoted(clause.value)}`;
    case 'label':
      return `labels.${clause.key} = ${quoted(clause.value)}`;
    case 'since':
      return `createTime >= ${quoted(clause.time)}`;
    case 'unchanged':
      return `done = false AND updateTime < ${quoted(clause.time)}`;
    case 'text':
      return clause.text;
  }
}

/** Returns the filter with the clause in place of the clauses of its kind. undefined removes them. */
export function withClause(filter: string, kind: Clause['kind'], clause: Clause | undefined): string {
  const others = clausesOf(filter).filter((other) => other.kind !== kind);
  return filterOf(clause ? [...others, clause] : others);
}

export function statesOf(filter: string): readonly State[] {
  return clausesOf(filter).flatMap((clause) => (clause.kind === 'states' ? clause.states : []));
}

export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** Splits at each AND outside of quotes and parentheses. */
function splitAtAnd(filter: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < filter.length; at++) {
    const char = filter[at];
    if (char === '"' || char === "'") at = closing(filter, at);
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (depth === 0 && /^\sAND\s/.test(filter.slice(at, at + 5))) {
      parts.push(filter.slice(start, at));
      start = at + 5;
      at += 4;
    }
  }
  parts.push(filter.slice(start));
  return joinUnchanged(parts.map((part) => part.trim()).filter((part) => part !== ''));
}

/** Joins the two clauses that the chip for unchanged operations writes. */
function joinUnchanged(parts: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const both = `${joined.at(-1)} AND ${part}`;
    if (UNCHANGED.test(both)) joined.splice(-1, 1, both);
    else joined.push(part);
  }
  return joined;
}

function closing(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[start]) return at;
  }
  return text.length;
}

const TEXT = String.raw`"((?:[^"\\]|\\.)*)"`;
const STATE = /^state\s*=\s*"?([A-Z]+)"?$/;
const FIELD = new RegExp(String.raw`^(method|parent)\s*=\s*${TEXT}$`);
const LABEL = new RegExp(String.raw`^labels\.([A-Za-z][A-Za-z0-9_-]*)\s*=\s*${TEXT}$`);
const SINCE = new RegExp(String.raw`^createTime\s*>=\s*${TEXT}$`);
const UNCHANGED = new RegExp(String.raw`^done\s*=\s*false AND updateTime\s*<\s*${TEXT}$`);

function clauseOf(text: string): Clause {
  const states = statesIn(text);
  if (states) return { kind: 'states', states };
  const [, field, value] = FIELD.exec(text) ?? [];
  if (field !== undefined) return { kind: field as 'method' | 'parent', value: unquoted(value ?? '') };
  const [, key, label] = LABEL.exec(text) ?? [];
  if (key !== undefined) return { kind: 'label', key, value: unquoted(label ?? '') };
  const [, since] = SINCE.exec(text) ?? [];
  if (since !== undefined) return { kind: 'since', time: unquoted(since) };
  const [, unchanged] = UNCHANGED.exec(text) ?? [];
  if (unchanged !== undefined) return { kind: 'unchanged', time: unquoted(unchanged) };
  return { kind: 'text', text };
}

function statesIn(text: string): readonly State[] | undefined {
  const inner = /^\((.*)\)$/.exec(text)?.[1] ?? text;
  const states = inner.split(/\s+OR\s+/).map((part) => STATE.exec(part.trim())?.[1]);
  return states.every(isState) ? states : undefined;
}

function isState(text: string | undefined): text is State {
  return STATES.some((state) => state === text);
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

/** What people paste or type instead of a filter: a word alone, which AIP-160 would look for in every field. */
import { STATES } from './operation-state.ts';

/** The id of an operation, its name, or a method. */
const WORD = /^(operations\/)?([A-Za-z0-9][A-Za-z0-9._~-]*)$/;

/** Returns the filter that finds the state, operation or method that a word names. Every other text is returned as it is. */
export function filterOfWord(text: string): string {
  const [, prefix, word] = WORD.exec(text.trim()) ?? [];
  if (word === undefined) return text;
  const state = word.toUpperCase();
  if (STATES.some((one) => one === state) && !prefix) return `state = ${state}`;
  const name = `name = "operations/${word}"`;
  return prefix ? name : `${name} OR method = "${word}"`;
}

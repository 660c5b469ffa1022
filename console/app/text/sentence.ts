import { clock } from './time.ts';

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const NAME = /\boperations\/(?=[A-Za-z0-9])/g;

/** Rewrites a sentence of the server for the page: times in the reader's time zone, and ids instead of names. */
export function readable(sentence: string, now: number): string {
  return sentence.replaceAll(TIME, (time) => clock(time, now).replace(/\.\d+$/, '')).replaceAll(NAME, '');
}

/** The same without the subject, for places that already name the operation. */
export function withoutSubject(sentence: string, name: string, now: number): string {
  const rest = sentence.startsWith(`${name} `) ? sentence.slice(name.length + 1) : sentence;
  return readable(rest, now);
}

import { clock } from './time.ts';

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const NAME = /\boperations\/(?=[A-Za-z0-9])/g;

/** A sentence of the server as the page shows it: times as the reader's clock has them, and operations by their ids. */
export function readable(sentence: string, now: number): string {
  return sentence.replaceAll(TIME, (time) => clock(time, now).replace(/\.\d+$/, '')).replaceAll(NAME, '');
}

/** The same without the subject: beside a column or a link that names the operation. */
export function withoutSubject(sentence: string, name: string, now: number): string {
  const rest = sentence.startsWith(`${name} `) ? sentence.slice(name.length + 1) : sentence;
  return readable(rest, now);
}

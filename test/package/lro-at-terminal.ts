/** The command `lro` in this process: what it prints, and its exit code. */
import { main } from '../../bin/main.ts';

/** Runs `lro` where there is no terminal. */
export function lroAt(url: string, ...args: string[]) {
  return run(url, undefined, args);
}

/** Runs `lro` at a terminal where a person gives the answer. */
export function lroWithPerson(url: string, answer: boolean, ...args: string[]) {
  return run(url, answer, args);
}

async function run(url: string, answer: boolean | undefined, args: readonly string[]) {
  const questions: string[] = [];
  const confirm = async (question: string) => {
    questions.push(question);
    return answer === true;
  };
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    print: (text: string) => out.push(text),
    printError: (text: string) => err.push(text),
    ...(answer !== undefined && { confirm }),
  };
  const code = await main([...args, '--url', url], terminal);
  return { code, out, err: err.join('\n'), lines: out.join('\n'), questions };
}

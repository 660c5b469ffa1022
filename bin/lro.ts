#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { main } from './main.ts';
import { versionComplaint } from './node-version.ts';

const { stdin: input, stderr: output } = process;

/** The exit code of a program that a shell sees ended by SIGPIPE, as other programs in a pipe are. */
const ENDED_BY_SIGPIPE = 141;

const complaint = versionComplaint(process.versions.node);
if (complaint) {
  console.error(complaint);
  process.exit(1);
}
// The reader of a pipe, such as `head`, has ended. Without a listener Node prints a stack.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(ENDED_BY_SIGPIPE);
});
process.exitCode = await main(process.argv.slice(2), {
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
  ...(input.isTTY && output.isTTY && { confirm }),
});

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

import { pathToFileURL } from 'node:url';
import type { Problem } from '../source/problem.ts';

export interface CheckedFile {
  readonly file: string;
  readonly problems: readonly Problem[];
}

/** The problems as a SARIF 2.1.0 log, which code scanning of GitHub and editors read. */
export function sarifLog(files: readonly CheckedFile[]): string {
  const results = files.flatMap(({ file, problems }) => problems.map((problem) => resultOf(file, problem)));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'lro workflow check',
            rules: [{ id: 'workflow-error' }, { id: 'workflow-warning' }],
          },
        },
        results,
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function resultOf(file: string, { message, position, severity, step }: Problem): object {
  const level = severity ?? 'error';
  const uri = file.startsWith('/') ? pathToFileURL(file).href : file.replaceAll('\\', '/');
  return {
    ruleId: `workflow-${level}`,
    level,
    message: { text: step === undefined ? message : `step ${step}: ${message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          region: { startLine: position.line, startColumn: position.column },
        },
      },
    ],
  };
}

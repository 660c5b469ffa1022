import { escapeHtml } from './coverage-report.ts';
import type { TestOutcome } from './suite.ts';

/** The XML that CI systems read: a test suite for each test file. */
export function junitXml(outcomes: readonly TestOutcome[]): string {
  const files = [...new Set(outcomes.map(({ file }) => file))];
  const suites = files.map((file) => {
    const own = outcomes.filter((outcome) => outcome.file === file);
    const failures = own.filter(({ deviations }) => deviations.length > 0).length;
    const cases = own.map(({ name, deviations, durationMs }) => {
      const head = `<testcase classname="${escapeHtml(file)}" name="${escapeHtml(name)}" time="${(durationMs / 1000).toFixed(3)}"`;
      if (deviations.length === 0) return `    ${head}/>`;
      const text = deviations
        .map(({ message, position }) => `${file}:${position.line}: ${message}`)
        .join('\n');
      const [first] = deviations;
      return `    ${head}><failure message="${escapeHtml(first?.message ?? '')}">${escapeHtml(text)}</failure></testcase>`;
    });
    return `  <testsuite name="${escapeHtml(file)}" tests="${own.length}" failures="${failures}">\n${cases.join('\n')}\n  </testsuite>`;
  });
  const failed = outcomes.filter(({ deviations }) => deviations.length > 0).length;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="${outcomes.length}" failures="${failed}">\n${suites.join('\n')}\n</testsuites>\n`;
}

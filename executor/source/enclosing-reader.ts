import type { Fields } from './fields.ts';
import type { Step, VariableName } from './model.ts';
import type { Position, Problems } from './problem.ts';
import type { SourceEntry, SourceNode } from './source-node.ts';
import type { TemplateReader } from './template-reader.ts';

/** The reader of a step, as the readers of the actions that contain steps, variables and expressions use it. */
export interface EnclosingReader {
  readonly problems: Problems;
  readonly templates: TemplateReader;

  /** Reads a list of one-key maps. @param what names the owner of the steps in messages */
  steps(node: SourceNode, what: string): Step[];

  /**
   * Reads the body of a step, or what a `switch` case or an inline `try` contains instead of one.
   *
   * @param also fields that are allowed besides those of a step
   */
  body(name: string, position: Position, node: SourceNode, also?: readonly string[]): Step;

  /** Reads a field whose value is the name of a variable, such as `result` or `value`. */
  variable(fields: Fields, field: string): VariableName | undefined;

  /** Returns the only entry of a one-key map. */
  oneEntry(node: SourceNode, what: string): SourceEntry | undefined;
}

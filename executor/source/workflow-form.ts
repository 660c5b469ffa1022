import { readDocument } from './document.ts';
import { InvalidWorkflowError } from './problem.ts';
import type { SourceNode } from './source-node.ts';
import { ACTIONS } from './step-reader.ts';

/** The start of a list of steps: a key without a value, and below it an action. Comments and empty lines may stand between. */
const STEP = new RegExp(
  String.raw`^- *(?:"[^"\n]*"|'[^'\n]*'|[^\s"'#][^:\n]*):[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*[ \t]+["']?(?:${[...ACTIONS, 'next'].join('|')})["']?:`,
  'm',
);

/** What a file of a folder is, which may hold other files too. */
export interface Form {
  /** Whether it has the form of a workflow: `main`, or a list of steps. */
  readonly isWorkflow: boolean;
  /** Where it had to be read to tell. */
  readonly document?: SourceNode;
}

export function formOf(text: string): Form {
  if (/^(?:"?main"?\s*:|\s*\{\s*"main"\s*:)/m.test(text)) {
    if (/["']?steps["']?\s*:|^main:\s*\n\s*-/m.test(text)) return { isWorkflow: true };
  }
  try {
    const document = readDocument(text);
    return { isWorkflow: isWorkflow(document), document };
  } catch (error) {
    if (!(error instanceof InvalidWorkflowError)) throw error;
    // It is to be reported that the file is malformed, if it is one of a workflow.
    return { isWorkflow: STEP.test(text) };
  }
}

function isWorkflow(document: SourceNode): boolean {
  switch (document.kind) {
    case 'scalar':
      return false;
    case 'list':
      return isStepList(document);
    case 'map': {
      const main = document.entries.find(({ key }) => key === 'main')?.value;
      if (main?.kind === 'map') return main.entries.some(({ key }) => key === 'steps');
      return main !== undefined && isStepList(main);
    }
  }
}

/** Maps of one key, at least one of them with an action. */
function isStepList(node: SourceNode): boolean {
  if (node.kind !== 'list') return false;
  const bodies = node.items.map((item) =>
    item.kind === 'map' && item.entries.length === 1 ? item.entries[0]?.value : undefined,
  );
  const isAction = (key: string) => key === 'next' || ACTIONS.some((action) => action === key);
  return (
    bodies.every((body) => body !== undefined) &&
    bodies.some((body) => body?.kind === 'map' && body.entries.some(({ key }) => isAction(key)))
  );
}

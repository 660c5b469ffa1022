import type { Expression } from '../expression/syntax.ts';
import { LIMITS } from '../limits.ts';
import type { EnclosingReader } from './enclosing-reader.ts';
import type { Assignment } from './model.ts';
import type { SourceNode } from './source-node.ts';

/** The list under `assign`: one-key maps, evaluated top to bottom ("Variables"). */
export function readAssignments(node: SourceNode, reader: EnclosingReader): Assignment[] {
  const { problems } = reader;
  if (node.kind !== 'list') {
    problems.add("'assign' must be a list of one-key maps", node.position);
    return [];
  }
  if (node.items.length === 0) problems.add("'assign' has no assignments", node.position);
  if (node.items.length > LIMITS.assignmentsPerStep) {
    problems.add(
      `${node.items.length} assignments in one step; at most ${LIMITS.assignmentsPerStep} are allowed`,
      node.position,
    );
  }
  return node.items.flatMap((item) => readAssignment(item, reader) ?? []);
}

function readAssignment(node: SourceNode, reader: EnclosingReader): Assignment | undefined {
  const entry = reader.oneEntry(node, 'an assignment');
  if (entry === undefined) return undefined;
  const target = reader.templates.parse(entry.key, entry.position);
  if (target === undefined) return undefined;
  const path = pathOf(target);
  if (path === undefined) {
    reader.problems.add(
      `'${entry.key}' can't be assigned: expected a variable, its keys or indexes`,
      entry.position,
    );
    return undefined;
  }
  return { ...path, value: reader.templates.template(entry.value), position: entry.position };
}

/** The variable and the keys after it, outermost first; undefined when the left side is anything else. */
function pathOf(target: Expression): { variable: string; path: Expression[] } | undefined {
  switch (target.kind) {
    case 'name':
      return { variable: target.name, path: [] };
    case 'member':
    case 'index': {
      const object = pathOf(target.object);
      const key: Expression = target.kind === 'index' ? target.index : { kind: 'literal', value: target.key };
      return object && { variable: object.variable, path: [...object.path, key] };
    }
    default:
      return undefined;
  }
}

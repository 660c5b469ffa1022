import type { Target } from '../target.ts';
import { GRPC } from './grpc.ts';
import { HTTP } from './http.ts';
import { LISTS_TARGET } from './lists.ts';
import { MESSAGES } from './messages.ts';
import { SETTINGS } from './settings.ts';
import { WORKFLOW_FILES } from './workflow-files.ts';

/** Everything that is fuzzed. */
export const TARGETS = [HTTP, GRPC, LISTS_TARGET, MESSAGES, SETTINGS, WORKFLOW_FILES] as readonly Target[];

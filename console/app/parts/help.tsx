import { useConsole } from '../console-context.ts';
import { Dialog } from './dialog.tsx';

const KEYS: readonly (readonly [keys: readonly string[], text: string])[] = [
  [['/'], 'Type a filter'],
  [['↑', '↓', 'j', 'k'], 'Move in the list or the tree'],
  [['Enter'], 'Open the operation'],
  [['→', '←'], 'Open or close a part of the tree'],
  [['+', '−', '0'], 'Zoom the timeline; the whole'],
  [['g'], 'All operations'],
  [['s'], 'The system'],
  [['?'], 'This help'],
];

const FILTERS: readonly (readonly [filter: string, text: string])[] = [
  ['done = false', 'what is not done'],
  ['state = FAILED AND error.code = 4', 'missed deadlines'],
  ['parent = "operations/report-7"', 'children of an operation'],
  ['labels.tenant = "a" AND createTime > "2026-01-01T00:00:00Z"', 'by label and time'],
];

export function Help() {
  const { helpShown } = useConsole();
  if (!helpShown.value) return null;
  const close = () => {
    helpShown.value = false;
  };
  return (
    <Dialog title="Keys and filters" onClose={close}>
      <dl class="keys">
        {KEYS.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <h3>Filters (AIP-160)</h3>
      <dl class="filters">
        {FILTERS.map(([filter, text]) => (
          <div key={filter}>
            <dt>
              <code>{filter}</code>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-acts">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

import { useConsole } from '../console-context.ts';
import { Icon } from './icons.tsx';

export function CopyButton({ text, label }: { text: string; label: string }) {
  const { notify } = useConsole();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      notify({ kind: 'done', text: `Copied ${text}` });
    } catch {
      notify({ kind: 'failed', text: 'The browser does not let this page copy.' });
    }
  };
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={copy}>
      <Icon name="copy" />
    </button>
  );
}

import { useConsole } from '../console-context.ts';

/** What an act has come to, for a few seconds. */
export function Notices() {
  const { notices } = useConsole();
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text, href }) => (
        <p key={id} class={`notice ${kind}`}>
          <bdi>{text}</bdi>
          {href && <a href={href}>Open</a>}
        </p>
      ))}
    </div>
  );
}

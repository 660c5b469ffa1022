import { useConsole } from '../console-context.ts';

/** Shows the outcome of an action for a few seconds. */
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

export function SystemPage() {
  return (
    <main class="system-page">
      <h1>System</h1>
    </main>
  );
}

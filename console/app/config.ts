/** The configuration that the server writes into the page: see console/server/console-pages.ts. */
export interface ConsoleConfig {
  readonly token?: string;
  readonly readOnlyReason?: string;
  readonly parts?: Readonly<Record<string, string>>;
}

export function readConfig(document: Document): ConsoleConfig {
  const content = document.querySelector<HTMLMetaElement>('meta[name=console-config]')?.content;
  return content ? (JSON.parse(content) as ConsoleConfig) : {};
}

import { render } from 'preact';
import { App } from './app.tsx';
import { readConfig } from './config.ts';
import { ConsoleContext, createConsole } from './console-context.ts';
import { startTheme } from './theme.ts';
import './style/base.css';
import './style/list.css';
import './style/operation.css';
import './style/system.css';

const theme = startTheme(window);
const made = createConsole(readConfig(document), window);
const root = document.getElementById('app');
if (root) {
  root.textContent = '';
  render(
    <ConsoleContext.Provider value={made}>
      <App theme={theme} />
    </ConsoleContext.Provider>,
    root,
  );
}

// Builds the console's pages into `console/dist`, from where the servers serve them. `npm ci` runs it, so that
// `npm start` shows them in a fresh clone.
import { fileURLToPath } from 'node:url';

const vite = await loadVite();
if (!vite) {
  // Without development dependencies, the pages that were built before are used.
  console.log('console: vite is not installed, keeping what is in console/dist');
  process.exit(0);
}

await vite.build({ configFile: fileURLToPath(new URL('vite.config.js', import.meta.url)), logLevel: 'warn' });

async function loadVite() {
  try {
    return await import('vite');
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

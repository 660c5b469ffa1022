import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root: here,
  // The server has the files below /console/ and the pages at its root.
  base: '/console/',
  build: {
    outDir: fileURLToPath(new URL('dist', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Inlined files would be `data:` URLs, which the content security policy of the page forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npx vite console` shows changes at once, beside `npm start` at its usual port.
  server: { proxy: { '/v1': 'http://localhost:8080' } },
});

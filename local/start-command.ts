/** How a user starts the system: from the installed package, or in a clone. */
export const START_COMMAND = import.meta.url.includes('/node_modules/') ? 'npx lro start' : 'npm start --';

/** What a command says where nothing answers. */
export const START_ADVICE = `start a local system by: ${START_COMMAND} --port N`;

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
/** A workflow that sleeps, and keeps what it saw before. */
export const NAP = `
main:
  params: [n]
  steps:
    - before:
        assign: [{id: "\${uuid.generate()}"}, {at: "\${sys.now()}"}]
    - log:
        call: sys.log
        args: {text: "before"}
    - nap:
        call: sys.sleep
        args: {seconds: 100}
    - answer:
        return: {n: "\${n}", id: "\${id}", at: "\${at}"}
`;

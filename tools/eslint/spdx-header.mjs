// SPDX-License-Identifier: GPL-2.0-or-later
// An ESLint rule: every source file says its licence in its first line.
const notice = '// SPDX-License-Identifier: GPL-2.0-or-later';

/** @type {import('eslint').Rule.RuleModule} */
export const spdxHeader = {
  meta: {
    type: 'problem',
    docs: { description: 'require the SPDX licence line at the top of a file' },
    fixable: 'code',
    schema: [],
    messages: { missing: `The first line must be "${notice}" (the second, after a "#!" line).` },
  },
  create(context) {
    const { lines } = context.sourceCode;
    const at = lines[0]?.startsWith('#!') ? 1 : 0;
    return {
      Program() {
        if (lines[at] === notice) return;
        const start = context.sourceCode.getIndexFromLoc({ line: at + 1, column: 0 });
        context.report({
          loc: { line: at + 1, column: 0 },
          messageId: 'missing',
          fix: (fixer) => fixer.insertTextBeforeRange([start, start], `${notice}\n`),
        });
      },
    };
  },
};

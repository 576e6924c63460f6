import { answerParent } from '../../dist/index.js';

let asked = 0;
answerParent(
  {
    count: () => ++asked,
    fail: () => {
      throw new Error('no');
    },
    exit: () => process.exit(3),
  },
  { greeting: process.env.GREETING },
);

import { isMainThread } from 'node:worker_threads';

if (!isMainThread) throw new Error('this file is for the main thread');

export default { lanes: [{ name: 'lane', flow: async () => {} }] };

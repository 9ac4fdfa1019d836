import { connect } from 'node:net';

/** The deploy command of the rig: `node rollout.ts SOCKET` has the next version rolled out, and ends when it is. */
const [socket = ''] = process.argv.slice(2);
let said = '';
connect(socket)
  .on('data', (chunk) => {
    said += chunk;
  })
  .on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  .on('close', () => {
    process.exitCode = said === 'done\n' ? 0 : 1;
  });

import { createLocalTarget } from '../../targets/local/local.ts';

/** A run that somebody will kill: node owner.ts RUN-ID FOLDER MANIFEST CONTEXT. Prints `deployed` when all is there. */
const [runId = '', folder = '', manifest = '', context = ''] = process.argv.slice(2);

const target = createLocalTarget({
  app: {
    manifests: [manifest],
    images: { 'test/app:v1': { context, command: ['sh', '-c', 'sleep 600 & node app.ts'] } },
  },
  runId,
  folder,
  seed: 1,
  onEvent: () => {},
  onNotice: (line) => console.log(line),
});
target.onChange(() => {
  const { replicas } = target.state();
  if (replicas.filter(({ phase }) => phase === 'running').length === 3) console.log('deployed');
});
process.on('SIGINT', () => void target.cleanup());
await target.prepare();
console.log('prepared');
await target.apply();

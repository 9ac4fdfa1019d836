import { createDockerTarget } from '../../../targets/docker/docker.ts';

/** A run that somebody will kill: node owner.ts RUN-ID FOLDER MANIFESTS CONTEXT. Prints `deployed` when all is there. */
const [runId = '', folder = '', manifests = '', context = ''] = process.argv.slice(2);

const target = createDockerTarget({
  app: {
    manifests: [manifests],
    images: {
      'mimuc/helloworld:v0.0.1': { context, dockerfile: 'Dockerfile.hitless', args: { VERSION: 'v0.0.1' } },
    },
  },
  runId,
  folder,
  seed: 1,
  onEvent: () => {},
  onNotice: () => {},
});
target.onChange(() => {
  const { replicas } = target.state();
  if (replicas.filter(({ phase }) => phase === 'running').length === 3) console.log('deployed');
});
process.on('SIGINT', () => void target.cleanup());
await target.prepare();
console.log('prepared');
await target.apply();

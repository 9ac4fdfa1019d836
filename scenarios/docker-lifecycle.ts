import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defineScenario, type Engine, HitlessError, type RunFinding, type RunView, type StepContext } from 'hitless';
import { hello } from './helloworld/helloworld.ts';

const context = fileURLToPath(new URL('../helloworld', import.meta.url));
const containerPort = 3000;
/** As long as `docker stop` waits by itself. */
const graceSeconds = 10;

/** In which steps, by their places from 0, the container runs all the time, and in which it does not. */
const running = [5, 9, 10, 11];
const stopped = [7, 13, 14];

/** What one step leaves for the next. */
const state = { local: '', remote: '', id: '', digest: '', container: '', answeredBy: '' };

export default defineScenario({
  name: 'docker-lifecycle',
  description:
    'The life of an image and of a container, command by command as in the tutorial: build, tag, push, pull, run, stop, ' +
    'start, rm, rmi. After each one the engine is asked whether it did what it should, and visitors find the app exactly ' +
    'while it runs.',
  targets: ['docker'],
  app: { port: 1234 },
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [
    {
      name: 'visitors',
      connection: 'fresh',
      rate: 50,
      expect: hello,
    },
  ],
  steps: [
    { name: 'docker build -t helloworld:v0.0.1 .', run: build },
    { name: 'docker tag', run: tag },
    { name: 'docker push', run: push },
    { name: 'docker rmi and docker pull', run: pull },
    { name: 'docker run -p 1234:3000 -d', run: runContainer },
    { hold: '2s' },
    { name: 'docker stop', run: stop },
    { hold: '1s' },
    { name: 'docker start', run: start },
    { hold: '1s' },
    {
      name: 'docker stop during an answer, Dockerfile as in the tutorial',
      run: (step) => stopDuring(step, 'Dockerfile'),
    },
    { name: 'docker stop during an answer, Dockerfile.hitless', run: (step) => stopDuring(step, 'Dockerfile.hitless') },
    { name: 'docker rm', run: remove },
    { name: 'docker rmi', run: removeImages },
    { hold: '1s' },
  ],
  checks: [{ name: 'answers-while-it-runs', assertRun: answersWhileItRuns }],
});

/** A name of this run alone: the user's own helloworld:v0.0.1 stays what it is. */
async function build({ target, notice }: StepContext): Promise<string> {
  const { engine, labels, runId } = inHand(target);
  state.local = `hitless-${runId}/helloworld:v0.0.1`;
  state.id = await engine.buildImage({
    context,
    tag: state.local,
    labels,
    args: { VERSION: 'v0.0.1' },
    onLine: (line) => step(line, notice),
  });
  const image = await engine.inspectImage(state.local);
  expect(image?.id === state.id, `${state.local} is not the image that was built`);
  const command = JSON.stringify(image?.command);
  expect(command === '["npm","start"]', `the image runs ${command}, the Dockerfile says ["npm","start"]`);
  return `${short(state.id)}, ${Math.round((image?.bytes ?? 0) / 1e6)} MB, runs npm start`;
}

function step(line: string, notice: (line: string) => void): void {
  if (line.startsWith('Step ')) notice(line);
}

async function tag({ target }: StepContext): Promise<string> {
  const { engine, registry } = inHand(target);
  if (registry === undefined)
    throw new HitlessError(
      'HITLESS_REGISTRY',
      'no registry is known to push to: say --registry HOST:PORT or set HITLESS_REGISTRY (`docker run -d -p 5000:5000 registry:2` starts one)',
      { blame: 'environment' },
    );
  state.remote = `${registry}/hitless/helloworld:v0.0.1`;
  await engine.tag(state.local, state.remote);
  const image = await engine.inspectImage(state.remote);
  expect(image?.id === state.id, `${state.remote} is another image than ${state.local}`);
  return `${state.remote} is ${short(state.id)} too`;
}

async function push({ target }: StepContext): Promise<string> {
  const { engine } = inHand(target);
  state.digest = await engine.push(state.remote);
  expect(/^sha256:[0-9a-f]{64}$/.test(state.digest), `the registry gave no digest but ${state.digest}`);
  return `the registry has it as ${short(state.digest)}`;
}

/** By its digest: a tag may have been pushed anew by somebody else meanwhile. */
async function pull({ target }: StepContext): Promise<string> {
  const { engine } = inHand(target);
  for (const name of [state.local, state.remote]) await engine.removeImage(name);
  expect((await engine.inspectImage(state.local)) === undefined, `${state.local} is still there after rmi`);
  const pinned = `${state.remote.replace(/:[^:]*$/, '')}@${state.digest}`;
  await engine.pull(pinned);
  const image = await engine.inspectImage(pinned);
  expect(
    image?.id === state.id,
    `what was pulled is ${short(image?.id ?? 'nothing')}, what was pushed ${short(state.id)}`,
  );
  await engine.tag(pinned, state.remote);
  return `gone, then back from the registry as ${short(state.id)}`;
}

async function runContainer(context: StepContext): Promise<string> {
  const { engine, labels, port } = inHand(context.target);
  const publish = [{ containerPort, hostPort: port }];
  state.container = await engine.createContainer({ image: state.remote, labels, publish });
  const fromMs = performance.now();
  await engine.startContainer(state.container);
  state.answeredBy = await untilAnswered(port, context.signal);
  const ms = Math.round(performance.now() - fromMs);
  const facts = await engine.inspectContainer(state.container);
  const place = facts?.published.get(containerPort);
  expect(facts?.running === true, 'docker ps does not list it as running');
  expect(place?.port === port, `port ${containerPort} is published at ${place?.port}, expected ${port}`);
  await context.startTraffic();
  return `${short(state.container)} answers as ${state.answeredBy} at 127.0.0.1:${port}, ${ms} ms after its start`;
}

async function stop({ target }: StepContext): Promise<string> {
  const { engine, port } = inHand(target);
  const seen = await stopContainer(engine, state.container);
  const facts = await engine.inspectContainer(state.container);
  expect(facts?.status === 'exited', `docker ps -a calls it ${facts?.status}, expected exited`);
  expect((await answerOf(port)) === undefined, `127.0.0.1:${port} still answers`);
  return `${seen.words}; refuses connections since`;
}

/** The container is the same, its process is another one: it has a new name for itself. */
async function start(context: StepContext): Promise<string> {
  const { engine, port } = inHand(context.target);
  await engine.startContainer(state.container);
  const name = await untilAnswered(port, context.signal);
  expect(name !== state.answeredBy, `the app calls itself ${name} as before: it was not started anew`);
  return `the same container answers again, as ${name}`;
}

/** Graceful is what lets a request that is being answered come to its end. */
async function stopDuring({ target, signal, notice }: StepContext, dockerfile: string): Promise<string> {
  const { engine, labels, runId } = inHand(target);
  const image = `hitless-${runId}/stop:${dockerfile.toLowerCase()}`;
  await engine.buildImage({ context, dockerfile, tag: image, labels });
  const env = { ANSWER_DELAY: '1s', ...(dockerfile === 'Dockerfile' ? {} : { DRAIN: '100ms' }) };
  const container = await engine.createContainer({ image, labels, env, publish: [{ containerPort, hostPort: 0 }] });
  await engine.startContainer(container);
  const port = (await engine.inspectContainer(container))?.published.get(containerPort)?.port ?? 0;
  await untilAnswered(port, signal);
  const answer = answerOf(port);
  await connected(engine, container, signal);
  const seen = await stopContainer(engine, container);
  const fate = (await answer) === undefined ? 'was cut off' : 'was answered';
  await engine.removeContainer(container);
  await engine.removeImage(image);
  notice(`the request that it was answering ${fate}`);
  if (dockerfile !== 'Dockerfile')
    expect(fate === 'was answered', `the request that it was answering ${fate}, though it drains`);
  return `the request that it was answering ${fate}; ${seen.words}`;
}

async function remove({ target }: StepContext): Promise<string> {
  const { engine, labels, port } = inHand(target);
  const seen = await stopContainer(engine, state.container);
  await engine.removeContainer(state.container);
  const left = await engine.listContainers(Object.entries(labels).map(([name, value]) => `${name}=${value}`));
  expect(left.length === 0, `docker ps -a still lists ${left.map(({ id }) => short(id)).join(', ')}`);
  expect((await answerOf(port)) === undefined, `127.0.0.1:${port} still answers`);
  return `stopped (${seen.words}), then gone from docker ps -a`;
}

async function removeImages({ target }: StepContext): Promise<string> {
  const { engine } = inHand(target);
  const pinned = `${state.remote.replace(/:[^:]*$/, '')}@${state.digest}`;
  await engine.removeImage(state.remote);
  if ((await engine.inspectImage(pinned)) !== undefined) await engine.removeImage(pinned);
  const left = [state.remote, pinned].map(async (name) => (await engine.inspectImage(name)) !== undefined);
  expect(!(await Promise.all(left)).includes(true), `docker images still lists ${state.remote}`);
  return 'no name of it is left';
}

/** `docker stop`, and how it went: the exit code says whether SIGTERM was enough. */
async function stopContainer(engine: Engine, container: string): Promise<{ words: string }> {
  const exit = engine.waitContainer(container);
  const fromMs = performance.now();
  await engine.stopContainer(container, graceSeconds);
  const code = await exit;
  const seconds = ((performance.now() - fromMs) / 1000).toFixed(1);
  expect(code !== 137, `exit code 137 after ${seconds} s: SIGTERM was not enough, docker had to kill it`);
  return { words: `SIGTERM ended it after ${seconds} s with exit code ${code}` };
}

function inHand(target: StepContext['target']): NonNullable<StepContext['target']['docker']> {
  if (target.docker === undefined) throw new Error('this scenario needs --target docker');
  return target.docker;
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new HitlessError('HITLESS_LIFECYCLE', otherwise, { blame: 'app' });
}

/** As docker shows ids. */
function short(id: string): string {
  return id.replace('sha256:', '').slice(0, 12);
}

/** What the app calls itself; undefined where no good answer comes. */
async function answerOf(port: number): Promise<string | undefined> {
  try {
    const headers = { connection: 'close' };
    const answer = await fetch(`http://127.0.0.1:${port}`, { headers, signal: AbortSignal.timeout(5000) });
    const { hello, name } = (await answer.json()) as { hello?: unknown; name?: unknown };
    return hello === 'world' && typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

async function untilAnswered(port: number, signal: AbortSignal): Promise<string> {
  const untilMs = performance.now() + 30_000;
  for (;;) {
    signal.throwIfAborted();
    const name = await answerOf(port);
    if (name !== undefined) return name;
    expect(performance.now() < untilMs, `127.0.0.1:${port} has not answered within 30 s`);
    await sleep(20);
  }
}

/** Until a request has reached the app: its kernel lists an established connection (state 01, proc(5)) at its port. */
async function connected(engine: Engine, container: string, signal: AbortSignal): Promise<void> {
  const port = containerPort.toString(16).toUpperCase().padStart(4, '0');
  const established = new RegExp(`^ *\\d+: [0-9A-F]+:${port} [0-9A-F]+:[0-9A-F]{4} 01 `, 'm');
  const untilMs = performance.now() + 10_000;
  for (;;) {
    signal.throwIfAborted();
    const { stdout } = await engine.exec(container, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], signal);
    if (established.test(stdout)) return;
    expect(performance.now() < untilMs, 'the request did not get to the app within 10 s');
  }
}

/** Where the container runs every request is answered, where it does not none is; while docker is at it, either may be. */
function answersWhileItRuns(run: RunView): RunFinding {
  const up = tallyOf(run, running);
  const down = tallyOf(run, stopped);
  const between = run.tally().sent - up.sent - down.sent;
  const isRight = up.ok === up.sent && down.ok === 0;
  const wasSeen = up.sent > 0 && down.sent > 0;
  return {
    verdict: !isRight ? 'fail' : wasSeen ? 'pass' : 'inconclusive',
    message:
      `While it ran ${up.ok} of ${up.sent} requests were answered, while it did not ${down.ok} of ${down.sent}; ` +
      `${between} came while it was started or stopped.`,
    expected: 'all while it runs, none while it does not',
    actual: { up, down, between },
  };
}

/** Of those steps that the run came to. */
function tallyOf(run: RunView, places: readonly number[]): { sent: number; ok: number } {
  const tallies = run.facts.steps
    .filter(({ index }) => places.includes(index))
    .map(({ index }) => run.tally({ step: index }));
  const sum = (of: 'sent' | 'ok') => tallies.reduce((all, tally) => all + tally[of], 0);
  return { sent: sum('sent'), ok: sum('ok') };
}

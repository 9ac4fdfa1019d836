import { constants } from 'node:os';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowUs } from '../../record/clock.ts';
import { HitlessError } from '../../record/error.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import type { Api, KubeObject } from './api.ts';
import { execIn } from './exec.ts';
import { core } from './resources.ts';
import type { PodStatus, Victim } from './victim.ts';

/**
 * The first process of a container is the oldest of those whose control group has its id. From inside a container it cannot
 * be killed: the kernel protects the first process of a process namespace from the signals of its own
 * (pid_namespaces(7)); from the namespace around it, it can.
 */
const script = `
id=$1 signal=$2 first= least=
for stat in /proc/[0-9]*/stat; do
  dir=\${stat%/stat}
  case "$(cat "$dir/cgroup" 2>/dev/null)" in *"$id"*) ;; *) continue ;; esac
  line=$(cat "$stat" 2>/dev/null) || continue
  set -- \${line##*) }
  shift 19
  if [ -z "$least" ] || [ "$1" -lt "$least" ]; then least=$1 first=\${dir#/proc/}; fi
done
[ -n "$first" ] || { echo "no process of the container $id on this node" >&2; exit 3; }
echo found
read -r go && kill -"$signal" "$first" && echo sent
`;

/** Long enough to pull an image that is not on the node yet. */
const helperStartsWithinMs = 60_000;

/**
 * Sends signals to containers from a pod beside them that sees all processes of its node (hostPID), one for each node, made
 * when it is needed. That is how chaos tools do it as well, with the socket of the container runtime in addition, which this needs not.
 */
export class Killer {
  readonly #api: Api;
  readonly #labels: Record<string, string>;
  readonly #image: string | undefined;
  readonly #helpers = new Map<string, Promise<string>>();

  /** `image`: one with a shell, in place of the victim's own. */
  constructor(api: Api, labels: Record<string, string>, image: string | undefined) {
    this.#api = api;
    this.#labels = labels;
    this.#image = image;
  }

  /** Returns between which two moments of our clock the signal was sent. */
  async kill(victim: Victim, signal: string): Promise<{ earliestUs: number; latestUs: number }> {
    const number = signalNumber(signal);
    const helper = await this.#helper(victim);
    const place = { namespace: victim.namespace, pod: helper, container: 'killer' };
    const words = ['sh', '-c', script, 'kill', victim.containerId, String(number)];
    // Found first, and then sent: how long a command takes to start does not blur when the signal went out.
    const stdin = new PassThrough();
    let earliestUs = nowUs();
    let latestUs: number | undefined;
    const onStdout = (soFar: string) => {
      if (soFar === 'found\n') {
        earliestUs = nowUs();
        stdin.write('go\n');
      } else if (soFar.includes('sent')) latestUs ??= nowUs();
    };
    const { code, stderr } = await execIn(this.#api, place, words, { stdin, onStdout });
    if (code === 0) return { earliestUs, latestUs: latestUs ?? nowUs() };
    throw new HitlessError(
      'HITLESS_KILL',
      `${victim.pod} could not be sent ${signal}: ${stderr.trim() || `exit code ${code}`}`,
      {
        blame: 'environment',
        hint: 'The helper pod has to be root and to see the processes of its node (hostPID).',
      },
    );
  }

  #helper(victim: Victim): Promise<string> {
    const known = this.#helpers.get(victim.node);
    if (known !== undefined) return known;
    const started = this.#start(victim);
    this.#helpers.set(victim.node, started);
    started.catch(() => this.#helpers.delete(victim.node));
    return started;
  }

  async #start(victim: Victim): Promise<string> {
    const { namespace, node } = victim;
    const image = this.#image ?? victim.image;
    const name = `hitless-killer-${node.replaceAll(/[^a-z0-9-]/g, '-').slice(0, 40)}`;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: this.#labels },
      spec: {
        nodeName: node,
        hostPID: true,
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        tolerations: [{ operator: 'Exists' }],
        containers: [
          {
            name: 'killer',
            image,
            imagePullPolicy: 'IfNotPresent',
            command: ['sh', '-c', 'while :; do sleep 3600; done'],
            // Root, with what it takes to signal a process of somebody else, and nothing more.
            securityContext: {
              runAsUser: 0,
              runAsNonRoot: false,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'], add: ['KILL', 'SYS_PTRACE'] },
            },
            resources: { requests: { cpu: '1m', memory: '8Mi' }, limits: { memory: '64Mi' } },
          },
        ],
      },
    };
    await this.#api.delete(core(namespace, 'pods', name), { gracePeriodSeconds: 0 });
    try {
      await this.#api.create<KubeObject>(core(namespace, 'pods'), pod);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new HitlessError(
        'HITLESS_KILL_HELPER',
        `no pod can be made on ${node} that reaches the container's process: ${why}`,
        {
          blame: 'environment',
          hint: 'It needs hostPID, which the pod security standard "privileged" alone allows.',
          cause,
        },
      );
    }
    await this.#running(namespace, name, image);
    return name;
  }

  async #running(namespace: string, name: string, image: string): Promise<void> {
    const untilMs = performance.now() + helperStartsWithinMs;
    let why = 'it did not start in time';
    while (performance.now() < untilMs) {
      const { status } = await this.#api.get<PodStatus>(core(namespace, 'pods', name));
      const state = status?.containerStatuses?.[0]?.state;
      if (state?.running !== undefined) return;
      const { reason, message } = state?.waiting ?? {};
      if (reason !== undefined && reason !== 'ContainerCreating') why = [reason, message].filter(Boolean).join(': ');
      if (status?.phase === 'Failed' || /^(ErrImage|ImagePull|RunContainerError|CreateContainer)/.test(reason ?? ''))
        break;
      await sleep(50);
    }
    throw new HitlessError('HITLESS_KILL_HELPER', `the pod ${name} that was to send the signal does not run: ${why}`, {
      blame: 'environment',
      hint: `Its image ${image} has to hold sh and sleep; name another one in HITLESS_KILLER_IMAGE.`,
    });
  }
}

function signalNumber(signal: string): number {
  const number = constants.signals[signal as NodeJS.Signals];
  if (number !== undefined) return number;
  throw new HitlessError(
    'HITLESS_SIGNAL',
    `unknown signal ${signal}: ${meantOrKnown(signal, Object.keys(constants.signals))}`,
    { blame: 'usage' },
  );
}

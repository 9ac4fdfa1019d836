import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** kubectl in one namespace of the cluster that KUBECONFIG names. */
export class Kubectl {
  readonly namespace: string;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  async call(...words: string[]): Promise<string> {
    const { stdout } = await run('kubectl', ['--namespace', this.namespace, ...words], { maxBuffer: 64 << 20 });
    return stdout;
  }

  async apply(yaml: string): Promise<void> {
    const child = spawn('kubectl', ['--namespace', this.namespace, 'apply', '-f', '-'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin.end(yaml);
    await new Promise<void>((resolve, reject) =>
      child.once('close', (code) => (code === 0 ? resolve() : reject(new Error('kubectl apply failed')))),
    );
  }

  /** Calls back for each change of a pod, as it arrives. */
  watchPods(onChange: (change: PodChange) => void): ChildProcess {
    const words = ['get', 'pods', '--watch', '--output-watch-events', '--output', 'json'];
    const child = spawn('kubectl', ['--namespace', this.namespace, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (data) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim()) onChange(JSON.parse(line));
    });
    return child;
  }

  /** When the container's first process started, in ms since 1970: from /proc, as the status has whole seconds only. */
  async startedMs(pod: string): Promise<number> {
    const script = `const { readFileSync } = require('fs');
      const ticks = Number(readFileSync('/proc/1/stat', 'utf8').split(') ')[1].split(' ')[19]);
      const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
      console.log(Math.round(Date.now() - uptime * 1000 + ticks * 10));`;
    return Number(await this.call('exec', pod, '--', 'node', '-e', script));
  }
}

export interface PodChange {
  type: string;
  object: Pod;
}

interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number; state: { running?: object } }[];
  };
}

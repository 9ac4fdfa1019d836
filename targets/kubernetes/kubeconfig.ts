import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { HitlessError } from '../../record/error.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import { KubeConfig } from './client.ts';

/** How to find a cluster again, by another process too. */
export interface ClusterChoice {
  /** A file, or several with the system's separator, as in KUBECONFIG; undefined: as kubectl finds it. */
  kubeconfig?: string;
  context?: string;
}

export interface Cluster {
  kubeConfig: KubeConfig;
  server: string;
  /** Files and context that were used: what another process needs to get to the same cluster. */
  choice: ClusterChoice;
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * The cluster that kubectl would talk to: of the files given, of KUBECONFIG, of ~/.kube/config, or the one that we are a
 * pod of. Throws HITLESS_NO_KUBECONFIG, HITLESS_KUBECONFIG or HITLESS_KUBECONFIG_CONTEXT; nothing is asked of the
 * cluster yet.
 */
export function loadCluster({ kubeconfig, context }: ClusterChoice): Cluster {
  const files = filesOf(kubeconfig);
  const kubeConfig = new KubeConfig();
  if (files.length === 0) {
    if (!isPod())
      throw fault(
        'HITLESS_NO_KUBECONFIG',
        'no cluster is known: KUBECONFIG is not set, there is no ~/.kube/config, and this is no pod',
        'Set KUBECONFIG, or say --kubeconfig FILE.',
      );
    kubeConfig.loadFromCluster();
  }
  for (const file of files) readInto(kubeConfig, readFile(file), file);
  if (context !== undefined) kubeConfig.setCurrentContext(context);
  const server = judgeContext(kubeConfig, files);
  const used = files.length > 0 ? { kubeconfig: files.join(delimiter), context: kubeConfig.getCurrentContext() } : {};
  return { kubeConfig, server, choice: used };
}

/** Whether there is one to be found without being told. */
export function clusterIsKnown(): boolean {
  return filesOf(undefined).length > 0 || isPod();
}

function isPod(): boolean {
  return existsSync(serviceAccountToken) && process.env.KUBERNETES_SERVICE_HOST !== undefined;
}

function filesOf(given: string | undefined): string[] {
  const named = given ?? process.env.KUBECONFIG ?? '';
  const files = named.split(delimiter).filter((file) => file !== '');
  if (files.length > 0) return files;
  const usual = join(homedir(), '.kube', 'config');
  return existsSync(usual) ? [usual] : [];
}

function readFile(file: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
    return config;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw fault(
      'HITLESS_KUBECONFIG',
      missing ? `there is no kubeconfig ${file}` : `${file} is no kubeconfig: ${why}`,
      'Name another with --kubeconfig FILE or KUBECONFIG.',
      cause,
    );
  }
}

/** The first file that says something wins, as for kubectl. */
function readInto(all: KubeConfig, one: KubeConfig, file: string): void {
  const known = <T extends { name: string }>(list: T[], more: T[]) => [
    ...(list ?? []),
    ...more.filter(({ name }) => !(list ?? []).some((other) => other.name === name)),
  ];
  all.clusters = known(all.clusters, one.clusters ?? []);
  all.users = known(all.users, one.users ?? []);
  all.contexts = known(all.contexts, one.contexts ?? []);
  all.currentContext ||= one.currentContext;
  if (all.clusters.length + all.contexts.length === 0)
    throw fault(
      'HITLESS_KUBECONFIG',
      `${file} is no kubeconfig: it names no cluster`,
      'Name another with --kubeconfig FILE.',
    );
}

function judgeContext(kubeConfig: KubeConfig, files: readonly string[]): string {
  const name = kubeConfig.getCurrentContext();
  const names = kubeConfig.getContexts().map((context) => context.name);
  const where = files.length > 0 ? ` in ${files.join(', ')}` : '';
  const wrong = (message: string, hint: string) => fault('HITLESS_KUBECONFIG_CONTEXT', message, hint);
  if (!name) throw wrong(`no current context${where}`, `Say --context NAME: ${names.join(', ') || 'there is none'}`);
  const context = kubeConfig.getContextObject(name);
  if (context === null)
    throw wrong(
      `there is no context ${name}${where}: ${meantOrKnown(name, names)}`,
      'See kubectl config get-contexts.',
    );
  const server = kubeConfig.getCluster(context.cluster)?.server;
  if (server === undefined || !URL.canParse(server))
    throw wrong(
      `the context ${name}${where} names the cluster ${context.cluster}, which has no server`,
      'Mend the file.',
    );
  if (kubeConfig.getUser(context.user) === null)
    throw wrong(`the context ${name}${where} names the user ${context.user}, who is not there`, 'Mend the file.');
  return server;
}

function fault(code: string, message: string, hint: string, cause?: unknown): HitlessError {
  return new HitlessError(code, message, { blame: 'environment', hint, cause });
}

/** Where kubectl would look without `--namespace`: what the context says, else `default`. Throws as loadCluster. */
export function namespaceOfContext(choice: ClusterChoice): string {
  const { kubeConfig } = loadCluster(choice);
  return kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace ?? 'default';
}

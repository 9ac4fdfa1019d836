import { type FileLocation, HitlessError } from '../../record/error.ts';
import { ApiRefusal } from './api.ts';

interface Doing {
  /** Follows `cannot `: `list namespaces`. */
  doing: string;
  server: string;
  location?: FileLocation;
}

/** What the API server, or the way to it, said, as an error that says what to do. A HitlessError stays as it is. */
export function clusterFault(error: unknown, { doing, server, location }: Doing): HitlessError {
  if (error instanceof HitlessError) return error;
  const [code, message, hint] = error instanceof ApiRefusal ? refused(error, doing) : unreachable(error, server);
  return new HitlessError(code, message, {
    blame: code === 'HITLESS_MANIFEST_REJECTED' ? 'usage' : 'environment',
    hint,
    cause: error,
    ...(location && { location }),
  });
}

type Words = [code: string, message: string, hint: string];

function refused({ status, reason, message }: ApiRefusal, doing: string): Words {
  // Server-side apply answers 500 to what no schema has.
  const [, field] = /: \.?([\w.[\]-]+): field not declared in schema/.exec(message) ?? [];
  if (field !== undefined)
    return [
      'HITLESS_MANIFEST_REJECTED',
      `cannot ${doing}: it has no field ${field}`,
      'kubectl explain KIND shows the fields that there are.',
    ];
  if (status === 401)
    return [
      'HITLESS_CLUSTER_UNAUTHORIZED',
      'the cluster does not know who we are (401 Unauthorized)',
      'Its token or certificate may have expired: log in again, or name another user with --context.',
    ];
  if (/exceeded quota/.test(message))
    return [
      'HITLESS_CLUSTER_QUOTA',
      `cannot ${doing}: ${message}`,
      'Raise the quota, delete what is not needed, or use another namespace.',
    ];
  if (/admission webhook|violates PodSecurity|ValidatingAdmissionPolicy/.test(message))
    return [
      'HITLESS_CLUSTER_ADMISSION',
      `the cluster does not admit it, cannot ${doing}: ${message}`,
      'Change what it objects to.',
    ];
  if (status === 403)
    return ['HITLESS_CLUSTER_FORBIDDEN', `cannot ${doing}: ${message}`, 'Ask for the right, or use another --context.'];
  if (status === 400 || status === 422 || reason === 'Invalid')
    return [
      'HITLESS_MANIFEST_REJECTED',
      firstLine(message),
      'The API server says so; kubectl explain KIND shows the fields.',
    ];
  if (status === 409)
    return ['HITLESS_CLUSTER_CONFLICT', `cannot ${doing}: ${message}`, 'Something else changes it at the same time.'];
  return ['HITLESS_CLUSTER', `cannot ${doing}: ${message} (HTTP ${status})`, 'Look at the API server.'];
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

const certificateCodes = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|EPROTO/;

function unreachable(error: unknown, server: string): Words {
  const { code, why } = reasonOf(error);
  if (certificateCodes.test(code))
    return [
      'HITLESS_CLUSTER_CERTIFICATE',
      `the certificate of ${server} cannot be trusted: ${why}`,
      "Is this the right cluster, and the kubeconfig's certificate-authority its own?",
    ];
  if (code === 'ECONNREFUSED')
    return [
      'HITLESS_CLUSTER_UNREACHABLE',
      `nobody listens at the API server ${server}`,
      'Is the cluster running? Try kubectl cluster-info.',
    ];
  return [
    'HITLESS_CLUSTER_UNREACHABLE',
    `the API server ${server} cannot be reached: ${why}`,
    'Is the address of the kubeconfig right, and the way to it open? Try kubectl cluster-info.',
  ];
}

/** undici wraps what the network said, sometimes twice. */
function reasonOf(error: unknown): { code: string; why: string } {
  let inner = error;
  for (let depth = 0; depth < 3 && inner instanceof Error && inner.cause instanceof Error; depth++) inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
  const { code, message, name } = inner as NodeJS.ErrnoException;
  if (name === 'TimeoutError') return { code: 'TIMEOUT', why: 'no answer in time' };
  return { code: String(code ?? ''), why: message || String(code ?? error) };
}

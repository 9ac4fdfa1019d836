import type { K6 } from './version.ts';

/** What a lane asks of k6. */
export interface K6Order {
  /** Absolute path of the script. */
  script: string;
  /** A file with `{}`: the user's own config would change the run. */
  config: string;
  /** Where k6 writes its lines, and the summary at its end. */
  lines: string;
  summary: string;
  /** No connection is used twice, whatever the script says. */
  fresh: boolean;
  /** Any certificate is taken. */
  insecure: boolean;
}

/** The default tags, and what tells VUs and addresses apart; the flag takes the full list (k6 docs, system-tags). */
const systemTags = [
  'proto',
  'status',
  'method',
  'url',
  'name',
  'group',
  'check',
  'error',
  'error_code',
  'tls_version',
  'scenario',
  'service',
  'expected_response',
  'ip',
  'vu',
  'iter',
];

/**
 * The arguments. Flags win over the script's options and over variables. A summary mode other than `disabled` is named
 * as that one stops `--summary-export` too, and what stands in it are the thresholds. A plain file for the lines: the
 * buffers of stdout and of a .gz are lost when k6 is killed.
 */
export function k6Arguments({ script, config, lines, summary, fresh, insecure }: K6Order): string[] {
  return [
    'run',
    '--quiet',
    '--no-color',
    '--no-usage-report',
    ...['--config', config],
    // On by default in 1.x: two runs at once would want the same port.
    ...['--address', ''],
    ...['--log-format', 'json'],
    ...['--out', `json=${lines}`],
    ...['--summary-mode', 'compact'],
    ...['--summary-export', summary],
    ...['--system-tags', systemTags.join(',')],
    ...(fresh ? ['--no-connection-reuse'] : []),
    ...(insecure ? ['--insecure-skip-tls-verify'] : []),
    script,
  ];
}

/** Proxies of this shell: traffic of the other engines ignores them too. A lane's own `env` may name one. */
const proxies = /^(https?|all|no)_proxy$/i;

/**
 * The environment, which scripts see as __ENV: that of this process without what configures k6, then the lane's own.
 * `told`: what hitless tells the script.
 */
export function k6Environment(
  { major }: Pick<K6, 'major'>,
  env: Readonly<Record<string, string>>,
  told: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const inherited = Object.entries(withoutK6Settings(process.env)).filter(([name]) => !proxies.test(name));
  return {
    ...Object.fromEntries(inherited),
    ...env,
    ...told,
    NO_COLOR: '1',
    K6_NO_USAGE_REPORT: 'true',
    // A script that imports k6/x/... would have another binary downloaded and run in place of this one.
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    ...(major < 2 && { K6_BINARY_PROVISIONING: 'false' }),
  };
}

/** Each K6_* variable is an option of k6. */
export function withoutK6Settings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('K6_') && name !== 'K6'));
}

/** What a line of a proxy's access log says of one request. */
export interface LogEntry {
  /** As the proxy got it: `x-hitless-id`, or `x-request-id` where it lets that be. */
  id: string;
  /** The upstream that gave the answer: `10.0.0.7:3000`; null where none did. */
  upstream: string | null;
  /** How many upstreams were asked. */
  attempts: number;
}

export type LogFormat = 'nginx' | 'envoy' | 'haproxy';

/** Longer lines are somebody else's. */
export const longestLine = 16_384;

const idPattern = /(?<![\w-])[0-9a-f]{8}-[a-z0-9-]+-\d+(?:-\d+)*(?![\w-])/;
const upstreamPattern = /^(?:\[[0-9a-f:]{2,45}\]|[A-Za-z0-9_.-]{1,100}):\d{1,5}$/;

/**
 * Reads a line in the format that docs/paths.md asks for; null where it is none, or of no request of ours. What it says
 * is taken as it is in no text: an id has our own shape, and an upstream is an address.
 */
export function readLine(line: string, format: LogFormat): LogEntry | null {
  if (line.length > longestLine) return null;
  const id = idPattern.exec(line)?.[0];
  if (id === undefined) return null;
  const found = readers[format](line);
  return found === null ? null : { id, ...found };
}

/** The format of a log, by a line of it that is of a request of ours; undefined where no reader knows it. */
export function formatOf(line: string): LogFormat | undefined {
  return (['nginx', 'envoy', 'haproxy'] as const).find((format) => readLine(line, format) !== null);
}

type Reader = (line: string) => Pick<LogEntry, 'upstream' | 'attempts'> | null;

const readers: Record<LogFormat, Reader> = {
  // ... "$upstream_addr" "$upstream_status": one of each for each upstream, with commas between them, at the end.
  nginx: (line) => {
    const [, addresses = '', statuses = ''] = /"([^"]*)" "([\d ,:-]*)"\s*$/.exec(line) ?? [];
    const tried = addresses.split(/,\s|\s:\s/).filter((one) => one !== '' && one !== '-');
    if (statuses === '' || !tried.every((one) => upstreamPattern.test(one))) return null;
    return { upstream: tried.at(-1) ?? null, attempts: tried.length };
  },
  // ... "%UPSTREAM_HOST%" %UPSTREAM_REQUEST_ATTEMPT_COUNT% %RESPONSE_FLAGS% at the end.
  envoy: (line) => {
    const [, upstream = '', attempts = ''] = /"([^"]*)" (\d{1,4}) (?:-|[A-Za-z,]{1,60})\s*$/.exec(line) ?? [];
    if (attempts === '' || !(upstream === '-' || upstreamPattern.test(upstream))) return null;
    return { upstream: upstream === '-' ? null : upstream, attempts: Number(attempts) };
  },
  // ... %si:%sp %rc at the end; a + tells that another server was taken.
  haproxy: (line) => {
    const [, upstream = '', retries = ''] = / (\S+:\d+|-:-) \+?(\d{1,4})\s*$/.exec(line) ?? [];
    if (retries === '' || !(upstream === '-:-' || upstreamPattern.test(upstream))) return null;
    return { upstream: upstream === '-:-' ? null : upstream, attempts: 1 + Number(retries) };
  },
};

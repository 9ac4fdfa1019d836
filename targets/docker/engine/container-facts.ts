export interface ContainerFacts {
  id: string;
  name: string;
  image: string;
  labels: Record<string, string>;
  running: boolean;
  /** created, running, exited, ... */
  status: string;
  exitCode: number;
  oomKilled: boolean;
  error: string;
  /** The engine's own clock, ms since 1970; undefined where it has not come to that. */
  startedAtMs: number | undefined;
  finishedAtMs: number | undefined;
  /** Its address on the engine's network, and that network's own on the engine's machine; undefined while it has none. */
  address: string | undefined;
  gateway: string | undefined;
  /** Where its ports are published, by container port. */
  published: ReadonlyMap<number, { host: string; port: number }>;
}

/** What the engine says of a container, as far as it is read here. */
export interface RawContainer {
  Id: string;
  Name: string;
  Config: { Image: string; Labels: Record<string, string> | null };
  State: {
    Status: string;
    Running: boolean;
    ExitCode: number;
    OOMKilled: boolean;
    Error: string;
    StartedAt: string;
    FinishedAt: string;
  };
  NetworkSettings: {
    Networks: Record<string, { IPAddress?: string; Gateway?: string }> | null;
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
  };
}

export function factsOf({ Id, Name, Config, State, NetworkSettings }: RawContainer): ContainerFacts {
  const network = Object.values(NetworkSettings.Networks ?? {}).find(({ IPAddress }) => IPAddress);
  const published = Object.entries(NetworkSettings.Ports ?? {}).flatMap(([port, places]) => {
    const [place] = places ?? [];
    if (place === undefined) return [];
    return [[Number.parseInt(port, 10), { host: place.HostIp, port: Number(place.HostPort) }] as const];
  });
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    image: Config.Image,
    labels: Config.Labels ?? {},
    running: State.Running,
    status: State.Status,
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    error: State.Error,
    startedAtMs: timeOf(State.StartedAt),
    finishedAtMs: timeOf(State.FinishedAt),
    address: network?.IPAddress || undefined,
    gateway: network?.Gateway || undefined,
    published: new Map(published),
  };
}

/** Docker's year 1 is: not yet. */
function timeOf(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms;
}

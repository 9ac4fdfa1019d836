import { findEngine } from './address.ts';
import { type Containers, containersOf } from './containers.ts';
import { EngineHttp } from './http.ts';
import { type Images, imagesOf } from './images.ts';
import { jsonLines } from './messages.ts';
import { type Volumes, volumesOf } from './volumes.ts';

export interface EngineEvent {
  /** container, image, network, ... */
  type: string;
  /** create, start, die, oom, destroy, ... */
  action: string;
  /** The object's id. */
  id: string;
  attributes: Record<string, string>;
  /** The engine's own clock, ms since 1970. */
  atMs: number;
}

export interface EngineInfo {
  /** `Docker Engine - Community 28.2`, as far as the engine says. */
  name: string;
  version: string;
  apiVersion: string;
  /** Of Go: amd64, arm64, ... */
  architecture: string;
  os: string;
  /** Its clock when it answered, ms since 1970. */
  systemTimeMs: number;
}

/** A Docker engine, or what speaks as one (podman). All calls reject with a HitlessError that says what to do. */
export interface Engine extends Images, Containers, Volumes {
  /** `unix:///var/run/docker.sock` */
  readonly host: string;
  info(): Promise<EngineInfo>;
  /** What happens from now on to objects with these labels; ends with the signal. */
  events(labels: readonly string[], signal: AbortSignal): AsyncIterable<EngineEvent>;
  /** Ends all that is under way. */
  close(): Promise<void>;
}

export interface EngineSettings {
  /** One of docker's contexts. */
  context?: string | undefined;
}

/**
 * Finds the engine as the docker command does (address.ts) and agrees on a version of its API.
 *
 * @throws HitlessError HITLESS_NO_ENGINE where none answers, HITLESS_DOCKER_CONTEXT, HITLESS_DOCKER_ADDRESS
 */
export async function openEngine({ context }: EngineSettings = {}): Promise<Engine> {
  const http = new EngineHttp(findEngine(context));
  try {
    await http.negotiate();
  } catch (error) {
    await http.close();
    throw error;
  }
  return {
    host: http.address.host,
    ...imagesOf(http),
    ...containersOf(http),
    ...volumesOf(http),

    async info() {
      const { Version: version, Arch: architecture, Os: os, Platform } = await http.json<RawVersion>('GET', '/version');
      const { SystemTime: time } = await http.json<{ SystemTime: string }>('GET', '/info');
      const systemTimeMs = Date.parse(time);
      return { name: Platform?.Name ?? '', version, apiVersion: http.apiVersion, architecture, os, systemTimeMs };
    },

    async *events(labels, signal) {
      const query = { filters: JSON.stringify({ label: labels }) };
      const stream = await http.stream('GET', '/events', { query, signal });
      for await (const { Type, Action, Actor, timeNano } of jsonLines<RawEvent>(stream))
        yield { type: Type, action: Action, id: Actor.ID, attributes: Actor.Attributes ?? {}, atMs: timeNano / 1e6 };
    },

    close: () => http.close(),
  };
}

interface RawVersion {
  Version: string;
  Arch: string;
  Os: string;
  Platform?: { Name?: string };
}

interface RawEvent {
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes?: Record<string, string> };
  timeNano: number;
}

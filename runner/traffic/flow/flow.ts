import type { LaneInput } from '../../scenario/model/lane.ts';

/** What a visitor of a lane does, from coming to leaving. Runs in a traffic thread. */
export type Flow = (visit: FlowVisit) => Promise<unknown>;

/** Where a thread finds the flow of a lane: in the module of its scenario, which it imports itself. */
export interface FlowSource {
  /** Absolute. */
  file: string;
  /** Of the lane among the scenario's lanes. */
  index: number;
  /** Before every path that the flow asks for: the path of the app's URL. */
  base: string;
}

/** What goes out with a request; a list, a mapping or any other object as JSON. */
export type FlowBody = string | Uint8Array | URLSearchParams | object;

export interface FlowOptions {
  /** On top of those of the lane's `request.headers`. */
  headers?: Readonly<Record<string, string>>;
  /** What a good answer is, in place of the lane's `expect`. */
  expect?: NonNullable<LaneInput['expect']>;
  /** The answer is given back also where it is not good; by default the visit ends there. */
  goOn?: boolean;
  /** Redirects to the same origin are followed, each an attempt of its own: 10, or so many. */
  follow?: boolean | number;
}

/** One visitor at work. All but `expect`, `random` and the fields is to be awaited. */
export interface FlowVisit {
  /** As in the record's column `session`. */
  readonly id: string;
  /** Its place among the lane's visitors, from 0. */
  readonly number: number;
  /** The visitor's own: what one part of a flow leaves for another. */
  readonly data: Record<string, unknown>;
  /** A number from 0 to below 1, the same in each run with the same seed. */
  random(): number;
  get(path: string, options?: FlowOptions): Promise<FlowAnswer>;
  post(path: string, body?: FlowBody, options?: FlowOptions): Promise<FlowAnswer>;
  put(path: string, body?: FlowBody, options?: FlowOptions): Promise<FlowAnswer>;
  patch(path: string, body?: FlowBody, options?: FlowOptions): Promise<FlowAnswer>;
  delete(path: string, options?: FlowOptions): Promise<FlowAnswer>;
  /** Any method, such as HEAD. */
  request(method: string, path: string, options?: FlowOptions & { body?: FlowBody }): Promise<FlowAnswer>;
  /** A page, and then what it names in its HTML, one after the other. `options` are for the page. */
  page(path: string, options?: FlowOptions): Promise<FlowPage>;
  /** Waits for so many milliseconds, or for a time between two, drawn by `random`. */
  think(ms: number, toMs?: number): Promise<void>;
  /** The same as `expect` of the answer that came last. */
  expect(condition: unknown, message: string): void;
}

export interface FlowPage {
  answer: FlowAnswer;
  assets: readonly FlowAnswer[];
}

export interface FlowAnswer {
  /** Of its attempt, as in the record. */
  readonly id: string;
  readonly method: string;
  /** As it was asked for. */
  readonly path: string;
  /** Whether it is a whole answer and a good one. */
  readonly ok: boolean;
  /** null where no answer's head came. */
  readonly status: number | null;
  /** The first of that name; null where there is none. */
  header(name: string): string | null;
  /** The body. Where no whole answer came the visit ends here. */
  text(): string;
  /** The body as JSON. One that is none fails the attempt (`invalid`), and the visit ends here. */
  json<T = unknown>(): T;
  /**
   * Where the condition does not hold the attempt has failed (`invalid`, with the message), and the visit ends here. To be
   * said before the visit goes on to its next request or pause.
   */
  expect(condition: unknown, message: string): void;
}

import { HTTPParser } from 'http-parser-js';
import { type Head, KnownHead, KnownHeads } from './known-head.ts';

/** What we use of http-parser-js's parser; its own types keep half of it private. */
interface Parser {
  state: string;
  chunk: Buffer;
  offset: number;
  end: number;
  line: string;
  body_bytes: number | null;
  info: { headers: string[]; versionMajor: number; versionMinor: number; statusCode: number; shouldKeepAlive: boolean };
  initialize(type: string): void;
  execute(chunk: Buffer, start: number, length: number): number | Error;
  consumeLine(): string | undefined;
  parseHeader(line: string, headers: string[]): void;
  nextRequest(): void;
  userCall(): (value: unknown) => unknown;
}
const Base = HTTPParser as unknown as new (type: string) => Parser;

const chunkSize = /^[0-9a-f]{1,12}[ \t]*(;.*)?$/i;
const headerLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:|^[ \t]/;
const wholeNumber = /^\d{1,15}$/;
/** A longer body is not kept to be looked into; see `Answer.body`. */
export const longestBody = 1 << 26;

/** The first of that name, in lower case, among names and values in turn; null: there is none. */
export function headerIn(headers: readonly string[], name: string): string | null {
  for (let i = 0; i < headers.length; i += 2) if (headers[i]?.toLowerCase() === name) return headers[i + 1] as string;
  return null;
}

/**
 * Reads one answer after another from a connection, by http-parser-js, and is stricter where that lets through what no
 * client could rely on: a content-length or a chunk size that is no number, header lines without a colon, an upgrade
 * that nobody asked for. It stops at the end of a final answer, so that what follows it in the same read is seen.
 */
export class Answer extends Base {
  /** Of the final answer; null until its head is complete. */
  status: number | null = null;
  /** Names and values in turn, as they came. */
  headers: readonly string[] = [];
  complete = false;
  /** Bytes that came after the end of the answer. */
  surplus = 0;
  /** Why it is no HTTP answer. */
  problem: string | null = null;
  keepAlive = false;
  contentEncoding: string | null = null;
  /** How long the server says that it keeps an idle connection (Keep-Alive: timeout=5), in us. */
  keepAliveUs: number | null = null;
  bodyLength = 0;
  #hasNoBody = false;
  #keepsBody = false;
  /** Nothing of this answer has been read yet. */
  #isUnread = true;
  readonly #known = new KnownHead();
  readonly #knownToAll: KnownHeads;
  /** Its head, where all of it came with the first read, and the bytes that it took. */
  #head: Head | null = null;
  #headLength = 0;
  #parts: Buffer[] = [];
  /** Parts from here on are views of the buffer that is being read. */
  #views = 0;

  /** `knownToAll`: heads that other connections have seen. */
  constructor(knownToAll = new KnownHeads()) {
    super('RESPONSE');
    this.#knownToAll = knownToAll;
  }

  /** Makes ready for the next answer. `hasNoBody`: to a HEAD; `keepsBody`: whether somebody will look into it. */
  expect(hasNoBody: boolean, keepsBody: boolean): void {
    this.state = 'RESPONSE_LINE';
    this.#isUnread = true;
    this.#head = null;
    this.status = null;
    this.headers = none;
    this.complete = false;
    this.surplus = 0;
    this.problem = null;
    this.keepAlive = false;
    this.contentEncoding = null;
    this.bodyLength = 0;
    this.#hasNoBody = hasNoBody;
    this.#keepsBody = keepsBody;
    if (this.#parts.length > 0) this.#parts = [];
    this.#views = 0;
  }

  /** Takes what one read delivered. The buffer may be used again afterwards, unless the answer is complete. */
  read(buffer: Buffer, length: number): void {
    const isFirst = this.#isUnread;
    if (isFirst) {
      this.#isUnread = false;
      if (this.#readKnown(buffer, length)) return;
      this.initialize('RESPONSE');
    }
    const result = this.execute(buffer, 0, length);
    if (result instanceof Error)
      this.problem ??= (result as NodeJS.ErrnoException).code ?? result.message ?? 'not an HTTP answer';
    if (isFirst && this.#head !== null) {
      this.#known.learn(buffer, this.#headLength, this.#head);
      this.#knownToAll.learn(buffer, this.#headLength, this.#head);
    }
    if (this.complete) return;
    for (; this.#views < this.#parts.length; this.#views++)
      this.#parts[this.#views] = Buffer.from(this.#parts[this.#views] as Buffer);
  }

  /** A whole answer in one read, whose head came before: what the parser made of it holds again. */
  #readKnown(buffer: Buffer, length: number): boolean {
    if (this.#hasNoBody) return false;
    const known = this.#known.of(buffer, length) ?? this.#knownToAll.teach(this.#known, buffer, length);
    if (known === null) return false;
    const from = this.#known.length;
    const end = from + known.contentLength;
    if (length < end) return false;
    this.status = known.status;
    this.headers = known.headers;
    this.keepAlive = known.keepAlive;
    this.contentEncoding = known.contentEncoding;
    if (known.contentEncoding !== null) this.#keepsBody = true;
    this.keepAliveUs = known.keepAliveUs ?? this.keepAliveUs;
    this.bodyLength = known.contentLength;
    if (this.#keepsBody && end > from) this.#parts.push(buffer.subarray(from, end));
    this.surplus = length - end;
    this.complete = true;
    return true;
  }

  /** The connection's end, which completes an answer that has no other length. True where it is complete. */
  finish(): boolean {
    if (this.state === 'BODY_RAW' && this.problem === null) this.complete = true;
    return this.complete;
  }

  /** The body as it came; null where it was not kept or is longer than 64 MiB. */
  get body(): Buffer | null {
    if (!this.#keepsBody || this.bodyLength > longestBody) return null;
    return this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
  }

  header(name: string): string | null {
    return headerIn(this.headers, name);
  }

  headerValues(name: string): string[] {
    return this.headers.filter((_, i) => i % 2 === 1 && this.headers[i - 1]?.toLowerCase() === name);
  }

  [HTTPParser.kOnHeadersComplete](info: Parser['info']): number {
    const { statusCode } = info;
    if (statusCode === 101) return this.#refuse('an upgrade that was not asked for');
    if (statusCode < 200) return 1;
    this.status = statusCode;
    this.headers = info.headers;
    this.keepAlive = info.shouldKeepAlive;
    let saidKeepAliveUs: number | null = null;
    for (let i = 0; i < info.headers.length; i += 2) {
      const value = info.headers[i + 1] as string;
      switch ((info.headers[i] as string).toLowerCase()) {
        case 'content-length':
          if (!wholeNumber.test(value)) return this.#refuse(`content-length ${value.slice(0, 40)}`);
          break;
        case 'transfer-encoding':
          if (value.toLowerCase() !== 'chunked') return this.#refuse(`transfer-encoding ${value.slice(0, 40)}`);
          break;
        case 'content-encoding':
          this.contentEncoding = value.toLowerCase();
          this.#keepsBody = true;
          break;
        case 'keep-alive': {
          const seconds = /timeout=(\d+(\.\d+)?)/i.exec(value)?.[1];
          if (seconds !== undefined) saidKeepAliveUs = Number(seconds) * 1e6;
          break;
        }
      }
    }
    this.keepAliveUs = saidKeepAliveUs ?? this.keepAliveUs;
    if (!this.#hasNoBody && statusCode !== 204 && statusCode !== 304) {
      if (this.body_bytes !== null) this.#note(this.body_bytes, saidKeepAliveUs);
      return 0;
    }
    // Without a body the parser cannot know that the length is settled.
    this.keepAlive = info.versionMajor === 1 && info.versionMinor >= 1 && !hasClose(this.headerValues('connection'));
    return 1;
  }

  #note(contentLength: number, keepAliveUs: number | null): void {
    const { headers, keepAlive, contentEncoding } = this;
    const status = this.status as number;
    this.#head = { status, headers, keepAlive, contentEncoding, keepAliveUs, contentLength };
    this.#headLength = this.offset;
  }

  [HTTPParser.kOnBody](part: Buffer): void {
    this.bodyLength += part.length;
    if (!this.#keepsBody) return;
    if (this.bodyLength > longestBody) this.#parts = [];
    else this.#parts.push(part);
  }

  [HTTPParser.kOnMessageComplete](): void {}

  /** Called by the parser at the end of each message. */
  override nextRequest(): void {
    const isFinal = this.status !== null;
    this.initialize('RESPONSE');
    if (!isFinal) return;
    this.complete = true;
    this.state = 'AFTER_ANSWER';
  }

  /** A state of ours: everything after the end of a final answer. */
  AFTER_ANSWER(): void {
    this.surplus += this.end - this.offset;
    this.offset = this.end;
  }

  override parseHeader(line: string, headers: string[]): void {
    if (!headerLine.test(line)) throw new Error(`header line ${JSON.stringify(line.slice(0, 40))}`);
    super.parseHeader(line, headers);
  }

  /** Replaces the parser's, which takes a chunk whose size is no number for the last one. */
  BODY_CHUNKHEAD(): void {
    const line = this.consumeLine();
    if (line === undefined) {
      if (this.line.length > 4096) throw new Error('chunk size without an end');
      return;
    }
    if (!chunkSize.test(line)) throw new Error(`chunk size ${JSON.stringify(line.slice(0, 40))}`);
    this.body_bytes = Number.parseInt(line, 16);
    this.state = this.body_bytes === 0 ? 'BODY_CHUNKTRAILERS' : 'BODY_CHUNK';
  }

  /** Ours never throw on purpose where it would matter whose call it was, and this saves a closure for each. */
  override userCall(): (value: unknown) => unknown {
    return same;
  }

  #refuse(problem: string): never {
    throw new Error(problem);
  }
}

const none: readonly string[] = [];

function same(value: unknown): unknown {
  return value;
}

function hasClose(connection: readonly string[]): boolean {
  return connection.some((value) => value.toLowerCase().includes('close'));
}

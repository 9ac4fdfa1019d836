import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const largestSummary = 1 << 26;

/** The files of one k6, in the folder of its run. */
export class LaneFiles {
  /** With `{}`: the user's own config would change the run. */
  readonly config: string;
  /** What k6 writes while it runs, and at its end. */
  readonly lines: string;
  readonly summary: string;
  /** What k6 prints and logs; it stays. */
  readonly log: string;
  readonly #authorities: string;

  constructor(folder: string, lane: string) {
    const path = (end: string) => join(folder, `k6-${lane}${end}`);
    this.config = path('.config.json');
    this.lines = path('.lines.ndjson');
    this.summary = path('.summary.json');
    this.log = path('.log');
    this.#authorities = path('.ca.pem');
  }

  /** `ca`: whom alone to trust. Gives back what k6 has to find in its environment. */
  write(ca: string | undefined): Record<string, string> {
    writeFileSync(this.config, '{}');
    if (ca === undefined) return {};
    writeFileSync(this.#authorities, ca);
    // Go on Linux takes these in place of the machine's own (crypto/x509, SystemCertPool); the folder must not be there.
    return { SSL_CERT_FILE: this.#authorities, SSL_CERT_DIR: `${this.#authorities}.none` };
  }

  /** undefined where there is none, or none that can be read. */
  readSummary(): unknown {
    try {
      return statSync(this.summary).size > largestSummary ? undefined : JSON.parse(readFileSync(this.summary, 'utf8'));
    } catch {
      return undefined;
    }
  }

  /** All but the log. */
  remove(): void {
    for (const path of [this.config, this.lines, this.summary, this.#authorities]) rmSync(path, { force: true });
  }
}

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutSecrets } from './traffic/secrets.ts';

/** What a step's command prints, kept in the run's folder and shown, without secrets. */
export class Transcript {
  /** Its file's name in the folder of the run. */
  readonly name: string;
  readonly #file: string;
  readonly #secrets: readonly string[];
  readonly #show: (line: string) => void;

  /** `step`: its number, from 1. `secrets`: what is never to be seen, longest first. */
  constructor(step: number, options: { folder: string; secrets: readonly string[]; show(line: string): void }) {
    this.name = `step-${step}.log`;
    this.#file = join(options.folder, this.name);
    this.#secrets = options.secrets;
    this.#show = options.show;
  }

  /** Its file is there from here on, also where nothing is printed. */
  begin(): void {
    appendFileSync(this.#file, '');
  }

  line(text: string): void {
    const line = this.without(text);
    appendFileSync(this.#file, `${line}\n`);
    this.#show(line);
  }

  /** The text with each secret left out. */
  without(text: string): string {
    return withoutSecrets(text, this.#secrets);
  }
}

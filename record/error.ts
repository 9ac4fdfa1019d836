/** What a failure means for the verdict and the exit code: the user's file or words, the environment, or the app itself. */
export type Blame = 'usage' | 'environment' | 'app';

/** Where in a file something is wrong; line and column count from 1. */
export interface FileLocation {
  file: string;
  line?: number;
  column?: number;
}

export interface ErrorDetails {
  blame: Blame;
  location?: FileLocation;
  /** Of a scenario, where no place in a file is known: `app.url`. */
  field?: string;
  /** What the user can do about it, one sentence. */
  hint?: string;
  /** Lines to copy, such as YAML to apply; shown as they are, after the hint. */
  text?: string;
  cause?: unknown;
}

/**
 * Every error that a user may see. `code` is stable (`HITLESS_...`), the message says what is wrong in one line, the
 * hint what to do. The command line prints `file:line:column: message`, and no stack unless HITLESS_DEBUG is set.
 */
export class HitlessError extends Error {
  readonly code: string;
  readonly blame: Blame;
  readonly location: FileLocation | undefined;
  readonly field: string | undefined;
  readonly hint: string | undefined;
  readonly text: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HitlessError';
    this.code = code;
    this.blame = details.blame;
    this.location = details.location;
    this.field = details.field;
    this.hint = details.hint;
    this.text = details.text;
  }

  /** The same error, told of a field, or of the place that said what is in it. */
  of(place: Pick<ErrorDetails, 'field' | 'location'>): HitlessError {
    const { code, message, blame, hint, text } = this;
    const words = { ...(hint !== undefined && { hint }), ...(text !== undefined && { text }) };
    return new HitlessError(code, message, { blame, ...words, cause: this, ...place });
  }
}

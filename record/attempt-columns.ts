import { Field, Schema } from 'apache-arrow/schema';
import { Bool, type DataType, Int32, Int64, Utf8 } from 'apache-arrow/type';
import type { Attempt } from './attempt.ts';

export type ColumnType = 'int64' | 'int32' | 'bool' | 'text';

export interface Column {
  name: keyof Attempt;
  type: ColumnType;
  nullable: boolean;
}

const column = (name: keyof Attempt, type: ColumnType, nullable: boolean): Column => ({ name, type, nullable });

/** The columns of attempts.arrows in their order in the file. Plain integers and Utf8: readers mix up dictionaries that differ by batch. */
export const columns: readonly Column[] = [
  column('id', 'text', false),
  column('lane', 'text', false),
  column('session', 'text', true),
  column('connection', 'int64', true),
  column('connectionUse', 'int32', false),
  column('overflow', 'bool', false),
  column('method', 'text', false),
  column('path', 'text', false),
  column('intendedUs', 'int64', false),
  column('readyUs', 'int64', false),
  column('sentUs', 'int64', true),
  column('connectedUs', 'int64', true),
  column('firstByteUs', 'int64', true),
  column('endUs', 'int64', false),
  column('status', 'int32', true),
  column('outcome', 'text', false),
  column('phase', 'text', true),
  column('detail', 'text', true),
  column('replica', 'text', true),
  column('replicaSource', 'text', true),
  column('pod', 'text', true),
  column('version', 'text', true),
  column('counter', 'int64', true),
  column('bytes', 'int64', false),
  column('handled', 'text', false),
  column('idleUs', 'int64', true),
  // Records of 0.1.0 end here.
  column('securedUs', 'int64', true),
  column('address', 'text', true),
  column('resolveUs', 'int64', true),
  column('resumed', 'bool', true),
];

/** So many every record has; those behind came later, and a record from before is read as if they were null in each row. */
export const firstColumns = columns.findIndex(({ name }) => name === 'securedUs');

/** Raised when the columns change in a way that older readers cannot read. */
export const formatVersion = '1';

const arrowTypes: Record<ColumnType, () => DataType> = {
  int64: () => new Int64(),
  int32: () => new Int32(),
  bool: () => new Bool(),
  text: () => new Utf8(),
};

export function attemptsSchema(): Schema {
  const metadata = new Map([
    ['hitless.format', formatVersion],
    ['hitless.time', 'microseconds of the monotonic clock of the machine that sent; run.json ties it to the date'],
  ]);
  return new Schema(
    columns.map(({ name, type, nullable }) => new Field(name, arrowTypes[type](), nullable)),
    metadata,
  );
}

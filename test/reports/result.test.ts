import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { ResultSchema } from '../../record/result.ts';
import { fixtures } from './fixtures.ts';

const validate = new Ajv({ strict: false, allErrors: true }).compile(ResultSchema);

describe('the results that reports are tested with', () => {
  test.each(Object.entries(fixtures))('%s is a valid result', (_name, make) => {
    validate(make());
    expect(validate.errors ?? []).toEqual([]);
  });

  test('are the same each time', () => {
    expect(fixtures.failing()).toEqual(fixtures.failing());
  });
});

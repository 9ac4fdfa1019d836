import { Type } from 'typebox';

/** What a scenario's fields are made of: plain values and how they are written. */
export const strict = { additionalProperties: false };

/** Timers end at 24.8 days and a scenario long before: so many digits are enough, and more are a slip of the pen. */
export const amount = '([0-9]{1,8}(\\.[0-9]+)?ms|[0-9]{1,5}(\\.[0-9]+)?s|[0-9]{1,3}(\\.[0-9]+)?m)';
export const Duration = Type.String({
  pattern: `^(0|${amount})$`,
  description: 'a duration such as 500ms, 2s or 1m (999m at most)',
});
export const LongerThanZero = Type.String({
  pattern: `^(?=[0-9.]*[1-9])${amount}$`,
  description: 'a duration above zero such as 500ms, 2s or 1m (999m at most)',
});
export const Name = Type.String({
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  maxLength: 63,
  description: 'a name of lower-case letters, digits and dashes',
});
/** Kubernetes's DNS subdomain, which Deployments and Services may be called. */
export const ObjectName = Type.String({
  pattern: '^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$',
  maxLength: 253,
  description: 'the name of an object in the manifests',
});
export const Source = Type.String({
  pattern: "^(body:(/[^/]*)*|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+)$",
  description: 'body:/json/pointer or header:name',
});
export const Path = Type.String({ pattern: '^/[!-~]*$', description: 'a path that starts with /, without spaces' });

/** No line break may come in: it would end the header and begin the next. Those that the engine writes are not for others. */
export const Headers = Type.Record(
  Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }),
  Type.String({ pattern: '^[\\t -~\\x80-\\xff]*$', description: 'a header value without line breaks' }),
  { additionalProperties: false },
);

import { Type } from 'typebox';

/** Kinds of fields that Kubernetes's objects share. `accepted`: fields that exist in Kubernetes and are not looked at. */
export const strict = { additionalProperties: false };
export const accepted = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, Type.Optional(Type.Unknown())]));

export const Name = Type.String({
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  maxLength: 63,
  description: 'a name of at most 63 lower-case letters, digits and dashes',
});
export const DottedName = Type.String({
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
  maxLength: 253,
  description: 'a name of lower-case letters, digits, dashes and dots',
});
export const Labels = Type.Record(
  Type.String(),
  Type.String({ description: 'a text (put numbers and booleans in quotes)' }),
  {
    description: 'labels, each with a text as its value',
  },
);
export const Count = Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'a whole number, 0 or more' });
export const Positive = Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'a whole number, 1 or more' });
export const PortNumber = Type.Integer({ minimum: 1, maximum: 65535, description: 'a port number from 1 to 65535' });
export const Port = Type.Union([PortNumber, Type.String({ minLength: 1 })], {
  description: 'a port number from 1 to 65535 or the name of a port',
});
export const IntOrPercent = Type.Union([Count, Type.String({ pattern: '^[0-9]+%$' })], {
  description: 'a whole number, 0 or more, or a percentage such as 25%',
});
export const Text = Type.String({ description: 'a text (put numbers and booleans in quotes)' });
export const Words = Type.Array(Text, { description: 'a list of words' });

export const Metadata = {
  namespace: Type.Optional(Type.String({ description: 'a name' })),
  labels: Type.Optional(Labels),
  annotations: Type.Optional(Labels),
  ...accepted('uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink', 'generateName', 'managedFields'),
  ...accepted('deletionTimestamp', 'deletionGracePeriodSeconds', 'ownerReferences', 'finalizers'),
};

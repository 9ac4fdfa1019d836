import { Type } from 'typebox';
import { ObjectName, strict } from './values.ts';

/** YAML reads an unquoted 1.10 as a number, which is no longer the version 1.10. */
const QuotedText = Type.String({ description: 'text (put it in quotes)' });

const Image = Type.Object(
  {
    context: Type.String({ description: 'folder of the build context; local runs the command in it' }),
    dockerfile: Type.Optional(Type.String()),
    args: Type.Optional(Type.Record(Type.String(), QuotedText)),
    network: Type.Optional(Type.Enum(['host', 'none'], { description: 'host or none: the network of the build' })),
    command: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'a list such as [node, server.js] (local starts it, with PORT set)',
      }),
    ),
    env: Type.Optional(Type.Record(Type.String(), QuotedText)),
  },
  strict,
);

const Tls = Type.Object(
  {
    ca: Type.Optional(
      Type.String({ description: 'a PEM file of the authorities that are trusted, in place of the usual' }),
    ),
    cert: Type.Optional(
      Type.String({ description: "a PEM file of the client's certificate, where servers ask for one" }),
    ),
    key: Type.Optional(Type.String({ description: 'a PEM file of its key, without a passphrase' })),
    insecure: Type.Optional(Type.Boolean({ description: 'take any certificate' })),
    servername: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_]([-.A-Za-z0-9_]*[A-Za-z0-9_])?$',
        maxLength: 253,
        description: 'a host name: whose certificate it has to be',
      }),
    ),
    reuse: Type.Optional(
      Type.Boolean({ description: 'let new connections go on with the TLS session of earlier ones' }),
    ),
  },
  strict,
);

export const AppModel = Type.Object(
  {
    manifests: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: 'files or folders of Kubernetes YAML' }),
    ),
    url: Type.Optional(
      Type.String({ pattern: '^https?://', description: "somebody else's deployment, as http://host:port/base" }),
    ),
    tls: Type.Optional(Tls),
    resolve: Type.Optional(
      Type.Array(
        Type.String({ minLength: 1, description: 'host:port:address, such as shop.example.com:443:10.0.0.7' }),
        { minItems: 1, maxItems: 50, description: 'addresses, as host:port:address' },
      ),
    ),
    service: Type.Optional(ObjectName),
    images: Type.Optional(Type.Record(Type.String(), Image)),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "where local's balancer listens" })),
  },
  strict,
);

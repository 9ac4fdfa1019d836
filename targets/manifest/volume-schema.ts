import { type Static, Type } from 'typebox';
import { accepted, DottedName, Metadata, Name, strict, Text } from './fields.ts';

/** What pods keep their data in and take it from: volumes, PersistentVolumeClaims, ConfigMaps (v1). */
const True = Type.Boolean({ description: 'true or false' });

export const VolumeMount = Type.Object(
  {
    name: Name,
    mountPath: Type.String({ pattern: '^/[^:]*[^:/][^:]*$', description: 'an absolute path below /, without colons' }),
    readOnly: Type.Optional(True),
    subPath: Type.Optional(Type.Unknown()),
    subPathExpr: Type.Optional(Type.Unknown()),
    ...accepted('mountPropagation', 'recursiveReadOnly'),
  },
  strict,
);

const Item = Type.Object({ key: Text, path: Text, ...accepted('mode') }, strict);

/** Where else a volume can come from; https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/ */
export const otherSources = [
  ...['awsElasticBlockStore', 'azureDisk', 'azureFile', 'cephfs', 'cinder', 'csi', 'downwardAPI', 'ephemeral', 'fc'],
  ...['flexVolume', 'flocker', 'gcePersistentDisk', 'gitRepo', 'glusterfs', 'hostPath', 'image', 'iscsi', 'nfs'],
  ...['photonPersistentDisk', 'portworxVolume', 'projected', 'quobyte', 'rbd', 'scaleIO', 'secret', 'storageos'],
  'vsphereVolume',
];

export const Volume = Type.Object(
  {
    name: Name,
    persistentVolumeClaim: Type.Optional(Type.Object({ claimName: DottedName, readOnly: Type.Optional(True) }, strict)),
    emptyDir: Type.Optional(Type.Object(accepted('medium', 'sizeLimit'), strict)),
    configMap: Type.Optional(
      Type.Object(
        {
          name: DottedName,
          items: Type.Optional(Type.Array(Item)),
          optional: Type.Optional(True),
          ...accepted('defaultMode'),
        },
        strict,
      ),
    ),
    ...accepted(...otherSources),
  },
  strict,
);

export const KeyOfConfigMap = Type.Object({ name: DottedName, key: Text, optional: Type.Optional(True) }, strict);

export const EnvFrom = Type.Object(
  {
    prefix: Type.Optional(Text),
    configMapRef: Type.Optional(Type.Object({ name: DottedName, optional: Type.Optional(True) }, strict)),
    ...accepted('secretRef'),
  },
  strict,
);

export const ClaimSchema = Type.Object(
  {
    apiVersion: Type.Literal('v1', { description: 'v1' }),
    kind: Type.Literal('PersistentVolumeClaim'),
    metadata: Type.Object({ name: DottedName, ...Metadata }, strict),
    spec: Type.Object(
      {
        accessModes: Type.Array(
          Type.Enum(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'], {
            description: 'ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod',
          }),
          { minItems: 1, description: 'a list of access modes, at least one' },
        ),
        resources: Type.Object(
          {
            requests: Type.Object({ storage: Type.Union([Text, Type.Number()]) }, strict),
            ...accepted('limits'),
          },
          strict,
        ),
        ...accepted('storageClassName', 'volumeMode', 'volumeName', 'selector', 'dataSource', 'dataSourceRef'),
        ...accepted('volumeAttributesClassName'),
      },
      strict,
    ),
    ...accepted('status'),
  },
  strict,
);

export const ConfigMapSchema = Type.Object(
  {
    apiVersion: Type.Literal('v1', { description: 'v1' }),
    kind: Type.Literal('ConfigMap'),
    metadata: Type.Object({ name: DottedName, ...Metadata }, strict),
    data: Type.Optional(Type.Record(Type.String(), Text, { description: 'keys, each with a text' })),
    ...accepted('binaryData', 'immutable'),
  },
  strict,
);

export type VolumeYaml = Static<typeof Volume>;
export type VolumeMountYaml = Static<typeof VolumeMount>;
export type EnvFromYaml = Static<typeof EnvFrom>;
export type KeyOfConfigMapYaml = Static<typeof KeyOfConfigMap>;
export type ClaimYaml = Static<typeof ClaimSchema>;
export type ConfigMapYaml = Static<typeof ConfigMapSchema>;

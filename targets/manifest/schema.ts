import { type Static, Type } from 'typebox';
import {
  accepted,
  Count,
  DottedName,
  IntOrPercent,
  Labels,
  Metadata,
  Name,
  Port,
  PortNumber,
  Positive,
  strict,
  Text,
  Words,
} from './fields.ts';
import { EnvFrom, KeyOfConfigMap, Volume, VolumeMount } from './volume-schema.ts';

/**
 * The parts of Deployment (apps/v1) and Service (v1) that are interpreted, field by field as in Kubernetes 1.34's
 * API reference. What is listed as `accepted` exists in Kubernetes and is not looked at; any other field is a typo.
 */
const HttpGet = Type.Object(
  {
    path: Type.Optional(Text),
    port: Port,
    host: Type.Optional(Type.String()),
    scheme: Type.Optional(
      Type.Union([Type.Literal('HTTP'), Type.Literal('HTTPS')], { description: 'HTTP or HTTPS, in capitals' }),
    ),
    httpHeaders: Type.Optional(Type.Array(Type.Object({ name: Text, value: Text }, strict))),
  },
  strict,
);
const TcpSocket = Type.Object({ port: Port, host: Type.Optional(Type.String()) }, strict);
const Exec = Type.Object(
  { command: Type.Array(Text, { minItems: 1, description: 'a list of words, at least one' }) },
  strict,
);

const Probe = Type.Object(
  {
    httpGet: Type.Optional(HttpGet),
    tcpSocket: Type.Optional(TcpSocket),
    exec: Type.Optional(Exec),
    grpc: Type.Optional(Type.Unknown()),
    initialDelaySeconds: Type.Optional(Count),
    periodSeconds: Type.Optional(Positive),
    timeoutSeconds: Type.Optional(Positive),
    successThreshold: Type.Optional(Positive),
    failureThreshold: Type.Optional(Positive),
    terminationGracePeriodSeconds: Type.Optional(Positive),
  },
  strict,
);

const Hook = Type.Object(
  {
    exec: Type.Optional(Exec),
    httpGet: Type.Optional(HttpGet),
    sleep: Type.Optional(Type.Object({ seconds: Count }, strict)),
    tcpSocket: Type.Optional(Type.Unknown()),
  },
  strict,
);

const EnvVar = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'a name' }),
    value: Type.Optional(Text),
    valueFrom: Type.Optional(
      Type.Object(
        {
          fieldRef: Type.Optional(Type.Object({ fieldPath: Type.String(), ...accepted('apiVersion') }, strict)),
          configMapKeyRef: Type.Optional(KeyOfConfigMap),
          ...accepted('resourceFieldRef', 'secretKeyRef', 'fileKeyRef'),
        },
        strict,
      ),
    ),
  },
  strict,
);

const Container = Type.Object(
  {
    name: Name,
    image: Type.Optional(Type.String({ minLength: 1, description: 'the name of an image' })),
    command: Type.Optional(Words),
    args: Type.Optional(Words),
    env: Type.Optional(Type.Array(EnvVar)),
    envFrom: Type.Optional(Type.Array(EnvFrom)),
    ports: Type.Optional(
      Type.Array(
        Type.Object(
          { name: Type.Optional(Text), containerPort: PortNumber, ...accepted('protocol', 'hostPort', 'hostIP') },
          strict,
        ),
      ),
    ),
    readinessProbe: Type.Optional(Probe),
    livenessProbe: Type.Optional(Probe),
    startupProbe: Type.Optional(Probe),
    lifecycle: Type.Optional(
      Type.Object({ preStop: Type.Optional(Hook), ...accepted('postStart', 'stopSignal') }, strict),
    ),
    ...accepted(
      'resources',
      'resizePolicy',
      'restartPolicy',
      'restartPolicyRules',
      'securityContext',
      'stdin',
      'stdinOnce',
    ),
    volumeMounts: Type.Optional(Type.Array(VolumeMount, { description: 'a list of mounts' })),
    ...accepted('terminationMessagePath', 'terminationMessagePolicy', 'tty', 'volumeDevices', 'workingDir'),
    ...accepted('imagePullPolicy'),
  },
  strict,
);

const PodSpec = Type.Object(
  {
    containers: Type.Array(Container, { minItems: 1, description: 'a list of containers, at least one' }),
    initContainers: Type.Optional(Type.Array(Type.Unknown())),
    restartPolicy: Type.Optional(
      Type.Literal('Always', { description: 'Always: a Deployment allows no other restart policy' }),
    ),
    terminationGracePeriodSeconds: Type.Optional(Count),
    ...accepted('activeDeadlineSeconds', 'affinity', 'automountServiceAccountToken', 'dnsConfig', 'dnsPolicy'),
    ...accepted(
      'enableServiceLinks',
      'ephemeralContainers',
      'hostAliases',
      'hostIPC',
      'hostNetwork',
      'hostPID',
      'hostUsers',
    ),
    ...accepted('hostname', 'hostnameOverride', 'imagePullSecrets', 'nodeName', 'nodeSelector', 'os', 'overhead'),
    ...accepted('preemptionPolicy', 'priority', 'priorityClassName', 'readinessGates', 'resourceClaims', 'resources'),
    ...accepted('runtimeClassName', 'schedulerName', 'schedulingGates', 'securityContext', 'serviceAccount'),
    ...accepted('serviceAccountName', 'setHostnameAsFQDN', 'shareProcessNamespace', 'subdomain', 'tolerations'),
    volumes: Type.Optional(Type.Array(Volume, { description: 'a list of volumes' })),
    ...accepted('topologySpreadConstraints'),
  },
  strict,
);

const Expression = Type.Object(
  {
    key: Type.String(),
    operator: Type.Union(
      [Type.Literal('In'), Type.Literal('NotIn'), Type.Literal('Exists'), Type.Literal('DoesNotExist')],
      { description: 'In, NotIn, Exists or DoesNotExist' },
    ),
    values: Type.Optional(Type.Array(Type.String())),
  },
  strict,
);

const LabelSelector = Type.Object(
  { matchLabels: Type.Optional(Labels), matchExpressions: Type.Optional(Type.Array(Expression)) },
  strict,
);

export const DeploymentSchema = Type.Object(
  {
    apiVersion: Type.Literal('apps/v1', { description: 'apps/v1' }),
    kind: Type.Literal('Deployment'),
    metadata: Type.Object({ name: DottedName, ...Metadata }, strict),
    spec: Type.Object(
      {
        replicas: Type.Optional(Count),
        selector: LabelSelector,
        strategy: Type.Optional(
          Type.Object(
            {
              type: Type.Optional(
                Type.Union([Type.Literal('RollingUpdate'), Type.Literal('Recreate')], {
                  description: 'RollingUpdate or Recreate',
                }),
              ),
              rollingUpdate: Type.Optional(
                Type.Object(
                  { maxSurge: Type.Optional(IntOrPercent), maxUnavailable: Type.Optional(IntOrPercent) },
                  strict,
                ),
              ),
            },
            strict,
          ),
        ),
        minReadySeconds: Type.Optional(Count),
        progressDeadlineSeconds: Type.Optional(Positive),
        template: Type.Object(
          {
            metadata: Type.Optional(Type.Object({ name: Type.Optional(Type.Unknown()), ...Metadata }, strict)),
            spec: PodSpec,
          },
          strict,
        ),
        paused: Type.Optional(
          Type.Literal(false, {
            description: 'false: local and docker do not keep a Deployment paused, kubernetes does',
          }),
        ),
        ...accepted('revisionHistoryLimit'),
      },
      strict,
    ),
    ...accepted('status'),
  },
  strict,
);

const ServicePort = Type.Object(
  {
    name: Type.Optional(Text),
    port: PortNumber,
    targetPort: Type.Optional(Port),
    protocol: Type.Optional(Type.Literal('TCP', { description: 'TCP' })),
    ...accepted('nodePort', 'appProtocol'),
  },
  strict,
);

export const ServiceSchema = Type.Object(
  {
    apiVersion: Type.Literal('v1', { description: 'v1' }),
    kind: Type.Literal('Service'),
    metadata: Type.Object({ name: Name, ...Metadata }, strict),
    spec: Type.Object(
      {
        type: Type.Optional(
          Type.Union([Type.Literal('ClusterIP'), Type.Literal('NodePort'), Type.Literal('LoadBalancer')], {
            description: 'ClusterIP, NodePort or LoadBalancer',
          }),
        ),
        selector: Type.Optional(Labels),
        ports: Type.Array(ServicePort, { minItems: 1, description: 'a list of ports, at least one' }),
        sessionAffinity: Type.Optional(
          Type.Literal('None', {
            description: 'None: local and docker spread each connection by chance, only kubernetes keeps an affinity',
          }),
        ),
        publishNotReadyAddresses: Type.Optional(Type.Boolean({ description: 'true or false' })),
        ...accepted(
          'clusterIP',
          'clusterIPs',
          'externalIPs',
          'externalName',
          'externalTrafficPolicy',
          'healthCheckNodePort',
        ),
        ...accepted('internalTrafficPolicy', 'ipFamilies', 'ipFamilyPolicy', 'loadBalancerClass', 'loadBalancerIP'),
        ...accepted('loadBalancerSourceRanges', 'allocateLoadBalancerNodePorts', 'sessionAffinityConfig'),
        ...accepted('trafficDistribution'),
      },
      strict,
    ),
    ...accepted('status'),
  },
  strict,
);

export type DeploymentYaml = Static<typeof DeploymentSchema>;
export type ServiceYaml = Static<typeof ServiceSchema>;
export type ContainerYaml = Static<typeof Container>;
export type ProbeYaml = Static<typeof Probe>;
export type HookYaml = Static<typeof Hook>;
export type HttpGetYaml = Static<typeof HttpGet>;
export type LabelSelectorYaml = Static<typeof LabelSelector>;

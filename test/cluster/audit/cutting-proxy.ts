import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { KubeConfig } from '@kubernetes/client-node';
import { loadKubeConfig } from './rollouts.ts';

/** A way to the API server whose connections are cut when the test says so. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const upstream = connect(Number(target.port || 443), target.hostname);
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  }

  static async start(): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(loadKubeConfig().getCurrentCluster()?.server ?? ''));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The user's own, by this way. */
  kubeConfig(): KubeConfig {
    const kubeConfig = loadKubeConfig();
    const { port } = this.#server.address() as AddressInfo;
    const current = kubeConfig.getCurrentCluster();
    kubeConfig.clusters = kubeConfig.clusters.map((cluster) =>
      cluster.name === current?.name ? { ...cluster, server: `https://127.0.0.1:${port}` } : cluster,
    );
    return kubeConfig;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** From now on nothing gets through, and nobody is told. */
  holdBack(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** $(NAME) as Kubernetes replaces it: $$ is a dollar, and a name that is not there stays as it is. */
export function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (found, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(environment, name) ? (environment[name] ?? found) : found;
  });
}

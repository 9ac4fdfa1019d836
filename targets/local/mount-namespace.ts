/** Where a folder of this machine is to be seen by a replica. */
export interface BoundFolder {
  source: string;
  path: string;
  readOnly: boolean;
}

/** What a replica sees of the file system: all of this machine's, and some folders in other places. */
export interface View {
  /** Two empty folders that the namespaces of all replicas may use to build theirs on. */
  root: string;
  stage: string;
  folders: readonly BoundFolder[];
}

/** Among the words of a process that is still at it. */
export const mountingMark = 'hitless-volumes';

/**
 * Makes the view, within a mount namespace, and becomes the command. A copy of the root gets the folders; one whose path
 * is not there, `/data` say, must not be made on this machine: the nearest folder that is there, `/`, is covered by an
 * empty one, into which all that it holds is bound, and that takes the new one. Within another volume it is made there,
 * as a container runtime does. unshare changes the root (util-linux 2.34 and newer), as chroot is not on a user's PATH; and mount
 * leaves its own list of mounts (/run/mount/utab) alone, which is the system's, and which users may not write to.
 */
const script = `set -e
root=$1 stage=$2 cwd=$3; shift 3
mount() { command mount --no-mtab "$@"; }
mount --rbind / "$root"
while [ "$1" != -- ]; do
  [ "$4" = outside ] || mkdir -p "$root$2"
  there=$2; while [ ! -d "$root$there" ]; do there=\${there%/*}; done
  if [ "$there" != "$2" ]; then
    mount -t tmpfs -o "mode=$(stat -c %a "$root$there/")" hitless "$stage"
    for from in "$root$there"/* "$root$there"/.[!.]*; do
      to=$stage/\${from##*/}
      if [ -L "$from" ]; then cp -P "$from" "$to"; continue
      elif [ -d "$from" ]; then mkdir "$to"
      elif [ -e "$from" ]; then : > "$to"
      else continue; fi
      mount --rbind "$from" "$to"
    done
    mkdir -p "$stage\${2#"$there"}"
    mount --move "$stage" "$root$there"
  fi
  mount --bind "$1" "$root$2"
  [ "$3" = rw ] || mount -o remount,bind,ro "$root$2"
  shift 4
done
shift
exec unshare --root="$root" `;

/** The command line that runs a command in a folder as the view shows it, in a mount namespace that is there already. */
export function withView(command: readonly string[], cwd: string, { root, stage, folders }: View): string[] {
  const bound = folders.flatMap(({ source, path, readOnly }) => {
    const isWithin = folders.some((other) => path.startsWith(`${other.path}/`));
    return [source, path, readOnly ? 'ro' : 'rw', isWithin ? 'within' : 'outside'];
  });
  const all = `${script}sh -c 'cd "$1" && shift && exec "$@"' ${mountingMark} "$cwd" "$@"`;
  return ['sh', '-c', all, mountingMark, root, stage, cwd, ...bound, '--', ...command];
}

/** What to do about what the platform says, where that is the same for everybody. */
const advice: readonly [said: RegExp, toDo: string][] = [
  [
    /ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull/,
    'Is the name right, and may the nodes pull it? What app.images describes is built and brought to them.',
  ],
  [/exceeded quota/, 'Raise the quota, or ask for fewer replicas or for less in each.'],
  [/has no node/, 'Free a node, or let each pod ask for less.'],
];

/** The reason why something is not complete, and what to do about it. */
export function advised(reason: string): string {
  const toDo = advice.find(([said]) => said.test(reason))?.[1];
  return toDo === undefined ? reason : `${reason.replace(/[.…]?$/, '.')} ${toDo}`;
}

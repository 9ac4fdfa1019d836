/** On a run's claim: whose it is (as targets/owner.ts writes it), what else belongs to it. */
export const ownerAnnotation = 'hitless.run/owner';
export const objectsAnnotation = 'hitless.run/objects';
export const cordonedAnnotation = 'hitless.run/cordoned';

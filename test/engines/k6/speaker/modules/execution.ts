import { state } from '../state.ts';

class Aborted extends Error {}

const execution = {
  vu: {
    get idInTest() {
      return state.vu;
    },
    get idInInstance() {
      return state.vu;
    },
    get iterationInInstance() {
      return state.iteration;
    },
    metrics: {
      get metadata() {
        return state.metadata;
      },
      get tags() {
        return state.tags;
      },
    },
  },
  get scenario() {
    return state.scenario;
  },
  test: {
    abort(message = ''): never {
      state.tell({ kind: 'abort', message });
      throw new Aborted(message);
    },
    fail(message = ''): void {
      state.tell({ kind: 'fail', message });
    },
  },
};

export default execution;
export const { vu, test } = execution;

'use strict';
/** Of the engine and of what it makes of the templates of a large tier. Address space: only pages that are written become memory. */
const ROOM_BYTES = 256 * 2 ** 20;

/**
 * Loads the engine of CloudFormation's rules by what loads it, and gives its memory room at once. The engine itself asks for a little, some thousand
 * times while it is made, and V8 takes each growth of a memory for as much garbage as the whole memory is: it collects a heap that has none, hundreds
 * of times, which takes five times as long as all else. What the engine's allocator got and has back, it deals out without asking.
 *
 * An engine that is made in another way is loaded as it is.
 */
function withRoomForEngine(load) {
  const { Instance } = WebAssembly;
  const made = [];
  WebAssembly.Instance = class extends Instance {
    constructor(...args) {
      super(...args);
      made.push(this.exports);
    }
  };
  try {
    load();
  } finally {
    WebAssembly.Instance = Instance;
  }
  for (const { __wbindgen_malloc: take, __wbindgen_free: giveBack } of made) {
    if (typeof take !== 'function' || typeof giveBack !== 'function') continue;
    try {
      giveBack(take(ROOM_BYTES, 1), ROOM_BYTES, 1);
    } catch {
      // No such room on this machine: the engine asks for what it needs.
    }
  }
}

module.exports = { withRoomForEngine };

/**
 * For `node --require`: Node then loads OCTAVEC_SANITIZED_ADDON in place of the built native engine. It must have come
 * before any module that loads one, and worker threads must get it, too, which NODE_OPTIONS does for both.
 */
const Module = /** @type {any} */ (require('node:module'));

const loadAddon = Module._extensions['.node'];
Module._extensions['.node'] = (/** @type {unknown} */ module, /** @type {string} */ path) =>
  loadAddon(module, path.endsWith('octavec.node') ? process.env.OCTAVEC_SANITIZED_ADDON : path);
